// Why: on a busy machine what one program does must not change what is said of another. Two captures of a kernel, merged
// by time as if both programs had run at once on CPUs of one machine, give the findings of both and no others; so do
// two that ran one after the other on the same pages.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
const LINE = /^ *(.{1,16}?)-(\d+) +\[(\d+)\] (\S{4,6}) +(\d+\.\d+): (.*)$/;
const HEAD = [
  '#                                _-----=> irqs-off/BH-disabled',
  '#                               / _----=> need-resched',
  '#                              | / _---=> hardirq/softirq',
  '#                              || / _--=> preempt-depth',
  '#                              ||| / _-=> migrate-disable',
  '#                              |||| /     delay',
  '#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION',
  '#              | |         |   |||||     |         |',
];

/** Number of pages, and of swap slots, between those of one program and those of the other; a multiple of a PMD's. */
const PAGES = 0x200000n;
const SLOTS = 0x1000n;

interface Line {
  comm: string;
  pid: number;
  cpu: number;
  flags: string;
  /** seconds */
  time: number;
  rest: string;
}

interface Capture {
  name: string;
  lines: readonly Line[];
  cpus: number;
  vmemmap: bigint;
}

/** undefined: text between the lines, or no exit that tells `vmemmap` */
function load(kernel: string, name: string): Capture | undefined {
  const path = join(fixtures, kernel, name, 'trace.txt.gz');
  if (!existsSync(path)) return undefined;
  const text = gunzipSync(readFileSync(path)).toString('latin1').split('\n');
  const lines = text.flatMap((one) => {
    const [, comm, pid, cpu, flags, time, rest] = LINE.exec(one) ?? [];
    return rest === undefined ? [] : [{ comm, pid: Number(pid), cpu: Number(cpu), flags, time: Number(time), rest }];
  });
  const vmemmap = /\bvmemmap=(0x[0-9a-f]+)/.exec(text.join('\n'))?.[1];
  const cpus = Number(/#P:(\d+)/.exec(text.join('\n'))?.[1]);
  const isPlain = text.every((one) => one === '' || one.startsWith('#') || LINE.test(one));
  return isPlain && vmemmap !== undefined ? { name, lines, cpus, vmemmap: BigInt(vmemmap) } : undefined;
}

/** The arguments of each event: the probes of two captures may differ. */
const probesOf = ({ lines }: Capture): Map<string, string> =>
  new Map(lines.map(({ rest }) => [rest.split(':')[0], [...rest.matchAll(/ (\w+)=/g)].map(([, key]) => key).join()]));

const hex = (n: bigint): string => `0x${BigInt.asUintN(64, n).toString(16)}`;

/** The same program on the machine of `vmemmap`, with other tasks and mm_structs, and with pages `pages` higher. */
function moved(capture: Capture, vmemmap: bigint, pages: bigint): Line[] {
  const pidOf = (pid: number): number => (pid === 0 ? 0 : pid + 20_000);
  const slots = pages === 0n ? 0n : SLOTS;
  const value = (key: string, text: string): string => {
    const n = BigInt(text);
    if (key === 'vmemmap') return hex(vmemmap);
    if (key === 'entry') return n === 0n ? text : hex(n + slots);
    if (key === 'pte' || key === 'pmd') {
      if (n === 0n) return text;
      if ((n & 1n) === 1n) return hex(n + (pages << 12n));
      // an entry of swap or of migration: the inverted offset above its 14 low bits, the type in its 5 high ones
      return key === 'pte' ? hex(n - ((n >> 59n < 24n ? slots : pages) << 14n)) : text;
    }
    if (n >= capture.vmemmap && n < capture.vmemmap + (1n << 34n))
      return hex(n - capture.vmemmap + vmemmap + pages * 64n);
    return n >= 0xffff800000000000n && n < 0xffffff0000000000n ? hex(n + (1n << 38n)) : text;
  };
  return capture.lines.map((line) => ({
    ...line,
    pid: pidOf(line.pid),
    rest: line.rest
      .replace(/\b((?:child_|parent_)?pid|tgid)=(\d+)/g, (_, key, pid) => `${key}=${pidOf(Number(pid))}`)
      .replace(/\b(\w+)=(0x[0-9a-f]+)/g, (_, key, text) => `${key}=${value(key, text)}`),
  }));
}

function print(lines: readonly Line[], cpus: number): string {
  const events = lines.map(({ comm, pid, cpu, flags, time, rest }) => {
    const task = `${comm.padStart(16)}-${String(pid).padEnd(7)} [${String(cpu).padStart(3, '0')}]`;
    return `${task} ${flags} ${time.toFixed(6).padStart(12)}: ${rest}`;
  });
  const count = `# entries-in-buffer/entries-written: ${lines.length}/${lines.length}   #P:${cpus}`;
  return ['# tracer: nop', '#', count, '#', ...HEAD, ...events, ''].join('\n');
}

const told = async (text: string): Promise<CheckReport> => check([memoryInput('two', text)]);
const findings = (...reports: CheckReport[]): string[] =>
  reports
    .flatMap((report) => report.findings)
    .map(({ rule, severity, confidence }) => `${rule} ${severity} ${confidence}`)
    .sort();

describe.each(['5.10', '6.1', '6.12', '7.2'])('%s', (kernel) => {
  const captures = readdirSync(join(fixtures, kernel))
    .filter((name) => name.endsWith('.ft') && !name.startsWith('mixed'))
    .flatMap((name) => load(kernel, name) ?? []);
  const pairs = captures.flatMap((one, i) => {
    const other = captures[(i * 7 + 3) % captures.length];
    const probes = probesOf(one);
    const isSame = [...probesOf(other)].every(([event, keys]) => (probes.get(event) ?? keys) === keys);
    return i % 4 === 0 && isSame && one !== other ? [{ one, other }] : [];
  });

  it.each(pairs)('$one.name and $other.name', async ({ one, other }) => {
    const alone = [await told(print(one.lines, one.cpus)), await told(print(other.lines, other.cpus))];
    const start = one.lines[0].time - other.lines[0].time;
    const beside = moved(other, one.vmemmap, PAGES).map((line) => ({
      ...line,
      cpu: line.cpu + one.cpus,
      time: line.time + start,
    }));
    const atOnce = [...one.lines, ...beside].sort((a, b) => a.time - b.time);
    const both = await told(print(atOnce, one.cpus + other.cpus));
    expect(findings(both)).toEqual(findings(...alone));
    if (alone.every(({ verdict }) => verdict === 'clean')) expect(both.verdict).toBe('clean');

    const gap = (one.lines.at(-1)?.time ?? 0) - other.lines[0].time + 0.001;
    const behind = moved(other, one.vmemmap, 0n).map((line) => ({ ...line, time: line.time + gap }));
    const inTurn = await told(print([...one.lines, ...behind], Math.max(one.cpus, other.cpus)));
    expect(findings(inTurn)).toEqual(findings(...alone));
  });
});
