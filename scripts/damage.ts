// Ways to damage a trace text, as the captures of users may be damaged. Deterministic: the same text and seed give the
// same result.

export interface Variant {
  /** row of the table */
  kind: string;
  /** exactly what was done */
  name: string;
  text: string;
  /** one of hundreds per capture: the short form takes a share of them */
  many?: boolean;
}

/** mulberry32: small, seeded, good enough to pick lines. */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// `time: name: args`, `time:  group:name: args`, `/* name: args */`, `sys_x(`
const EVENT =
  /(?:\d: (?:\(\+[^)]*\) *)?|\d:\s{2,}|us[ +!#*@$]*: |ms\): |\/\* )(?:[\w-]+:)?([a-zA-Z_][\w.]*)(?:[:(]| ->)/;
const BARE = /^([a-z_]\w*): \(/;

export const eventOf = (line: string): string | undefined => (EVENT.exec(line) ?? BARE.exec(line))?.[1];
export const isHeader = (line: string): boolean => line.startsWith('#') || line.startsWith('cpus=') || line === '';

/** @param seed differs per capture, so that not all lose the same windows */
export function* variants(text: string, seed: number): Iterable<Variant> {
  const lines = text.split('\n');
  const names = lines.map(eventOf);
  const rnd = random(seed * 7919 + 17);
  const keep = (test: (i: number) => boolean): string => lines.filter((l, i) => isHeader(l) || test(i)).join('\n');

  for (const name of [...new Set(names)].sort()) {
    if (name === undefined || /^(page_fault|block_|sched_switch|tracing_mark)/.test(name)) continue;
    yield { kind: 'one event kind taken away', name: `without ${name}`, text: keep((i) => names[i] !== name) };
  }
  const releases = /^(unpin|put_folio|grab_undo|bio_release|pipe_release|bio_end)/;
  yield {
    kind: 'all releases taken away',
    name: 'without releases',
    text: keep((i) => !releases.test(names[i] ?? '')),
  };
  for (let k = 0; k < 6; k++) {
    const size = Math.floor(lines.length * (0.02 + rnd() * 0.3));
    const from = Math.floor(rnd() * (lines.length - size));
    yield {
      kind: 'a window cut out',
      name: `without lines ${from + 1}-${from + size}`,
      text: keep((i) => i < from || i >= from + size),
    };
  }
  for (let k = 0; k < 3; k++) {
    const drop = lines.map(() => rnd() < 0.01);
    yield { kind: '1 % of the lines dropped', name: `1 % dropped, draw ${k}`, text: keep((i) => !drop[i]) };
  }
  for (let k = 0; k < 4; k++) {
    const from = Math.floor(lines.length * (0.1 + rnd() * 0.8));
    yield { kind: 'started in the middle', name: `from line ${from + 1}`, text: keep((i) => i >= from) };
  }
  for (const release of [false, true]) {
    const text = interrupted(lines, rnd, release);
    const what = release ? 'with releases of pages nobody knows' : 'that complete other I/O';
    if (text !== undefined) yield { kind: 'interrupts inside of calls', name: `interrupts ${what}`, text };
  }
  for (let k = 0; k < 3; k++) {
    const text = delayed(lines, rnd);
    if (text !== undefined) yield { kind: 'one task delayed', name: `lines of a task delayed, draw ${k}`, text };
  }
  const swapped = reorder(lines);
  if (swapped !== undefined)
    yield { kind: 'reordered within clock skew', name: 'neighbours of two CPUs swapped', text: swapped };
}

const CALL =
  /^(.*-\d+ +(?:\( *[\d-]+\) )?\[\d{3}\]) ([^\d ]{4,5}) ( *\d+\.\d{6}): (?:pin|gup|unpin|wp|swap|fork|put|bio|unmap)_\w+: \(/;

/** Put a hardirq behind some lines that begin a call, printed like the task it interrupts. */
function interrupted(lines: readonly string[], rnd: () => number, release: boolean): string | undefined {
  const out: string[] = [];
  for (const line of lines) {
    out.push(line);
    const [, task, flags, time] = CALL.exec(line) ?? [];
    if (task === undefined || rnd() > 0.3) continue;
    const irq = `${task} ${'d.h1.'.slice(0, flags.length)} ${time}`;
    out.push(`${irq}: bio_end: (bio_endio+0x4/0x250) bio=0xffff8880deadbe00 status=0`);
    if (release) out.push(`${irq}: unpin: (unpin_user_page+0x0/0x90) page=0xffffea00dead0000`);
  }
  return out.length > lines.length ? out.join('\n') : undefined;
}

/** Text as it comes out of pagers, mails, concatenations and other systems. */
export function* textVariants(text: string): Iterable<Variant> {
  const lines = text.split('\n');
  for (const width of [100, 132, 160])
    yield {
      kind: 'lines cut at a column',
      name: `cut at ${width}`,
      text: lines.map((line) => (isHeader(line) ? line : line.slice(0, width))).join('\n'),
    };
  yield { kind: 'CR LF', name: 'CR LF', text: lines.join('\r\n') };
  yield { kind: 'a second capture appended', name: 'appended to itself', text: `${text}\n${text}` };
  const cpuOf = (line: string): string => STAMP.exec(line)?.[1] ?? '';
  const cpus = [...new Set(lines.map(cpuOf))].filter((cpu) => cpu !== '').sort();
  if (cpus.length > 1)
    yield {
      kind: 'per-CPU order',
      name: 'one CPU after the other',
      text: ['', ...cpus].flatMap((cpu) => lines.filter((line) => cpuOf(line) === cpu)).join('\n'),
    };
}

const STAMP = /\[(\d{3})\].*?\s(\d+)\.(\d{6}):/;

const TASK = /^ *(?:.{1,16}-)(\d+) +(?:\( *[\d-]+\) )?\[(\d{3})\] (?:[^\d ]\S* +)?(\d+)\.(\d{6}): /;

/** How long a line of the task may wait, in microseconds, and behind how many others. */
const LATE_US = 2000;
const LATE_LINES = 20;

/**
 * Some lines of one task come later than they did: behind lines of other CPUs, with the time of the line before. A CPU's
 * own order stays, as the kernel keeps it.
 */
function delayed(lines: readonly string[], rnd: () => number): string | undefined {
  const parsed = lines.map((line) => TASK.exec(line));
  // who has a line before one of another CPU
  const waits = parsed.filter((m, i) => m !== null && m[1] !== '0' && (parsed[i + 1]?.[2] ?? m[2]) !== m[2]);
  const pids = [...new Set(waits.map((m) => m?.[1]))];
  const pid = pids[Math.floor(rnd() * pids.length)];
  const out = lines.slice();
  const us = (m: RegExpExecArray): number => Number(m[3]) * 1e6 + Number(m[4]);
  let moved = 0;
  // from the end, so that what was moved is not moved again
  for (let i = out.length - 2; i >= 0; i--) {
    const mine = parsed[i];
    if (mine === null || mine[1] !== pid || rnd() > 0.5) continue;
    const most = 1 + Math.floor(rnd() * LATE_LINES);
    let to = i;
    for (let k = i + 1; k <= Math.min(out.length - 1, i + most); k++) {
      const other = parsed[k];
      if (other === null || other[2] === mine[2] || us(other) - us(mine) > LATE_US) break;
      to = k;
    }
    const before = parsed[to];
    if (to === i || before === null) continue;
    const line = out[i].replace(`${mine[3]}.${mine[4]}: `, `${before[3]}.${before[4]}: `);
    out.splice(i, 1);
    out.splice(to, 0, line);
    parsed.splice(i, 1);
    parsed.splice(to, 0, TASK.exec(line));
    moved++;
  }
  return moved > 0 ? out.join('\n') : undefined;
}

/** Swap neighbouring lines of different CPUs that are less than 20 us apart. */
function reorder(lines: readonly string[]): string | undefined {
  const out = lines.slice();
  let swaps = 0;
  for (let i = 0; i + 1 < out.length; i++) {
    const a = STAMP.exec(out[i]);
    const b = STAMP.exec(out[i + 1]);
    if (a === null || b === null || a[1] === b[1] || a[2] !== b[2]) continue;
    if (Math.abs(Number(a[3]) - Number(b[3])) > 20) continue;
    [out[i], out[i + 1]] = [out[i + 1], out[i]];
    swaps++;
    i++;
  }
  return swaps > 0 ? out.join('\n') : undefined;
}
