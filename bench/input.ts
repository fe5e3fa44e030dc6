// A big trace out of a small one. The lines of a real capture are repeated, each round with later times, other pids,
// and other mm, page, bio and pipe pointers and page frames, so that nothing of one round meets anything of another:
// what is found grows with the size, and the state that is alive at any time does not. The same capture and size give
// the same bytes; the file is kept in the system's temporary folder.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const CAPTURE = fileURLToPath(new URL('../fixtures/5.10/big-base/trace.txt.gz', import.meta.url));

/** Changed when the same capture would give other bytes. */
const EDITION = '1';

export const benchFolder = (): string => {
  const folder = join(tmpdir(), 'pindrift-bench');
  mkdirSync(folder, { recursive: true });
  return folder;
};

/** The input of at least `megabytes` (10^6 bytes); made when it is not there. */
export function bigTrace(megabytes: number): string {
  const capture = readFileSync(CAPTURE);
  const digest = createHash('sha256').update(EDITION).update(capture).digest('hex').slice(0, 12);
  const path = join(benchFolder(), `${digest}-${megabytes}.txt`);
  if (existsSync(path)) return path;
  console.error(`making ${path}`);
  const part = `${path}.${process.pid}`;
  expand(gunzipSync(capture), part, megabytes * 1e6);
  renameSync(part, path);
  return path;
}

/** Distance of two rounds: kernel pointers by 1 GiB, which for a struct page is 2^24 page frames. */
const POINTER_STEP = 0x40000000n;
const FRAME_STEP = 1n << 36n;

const LINE = /^ *(.{1,16}?)-(\d+) +(\[\d+\] \S+) +(\d+)\.(\d{6}): (.*)$/;
const POINTERS = 'mm|page|folio|bio|head|src|dst|p[0-3]|old|new|kpage|pipe|pages|owner';
const CHANGING = new RegExp(
  `\\b(?:(${POINTERS})=0x(ffff[0-9a-f]{12})|(pte|pmd)=0x([0-9a-f]+)|(pid|child_pid|old_pid)=(\\d+))(?!\\w)`,
  'g',
);

/** A line in parts: text, and between two texts a value that changes. */
interface Parts {
  comm: string;
  pid: number;
  columns: string;
  us: number;
  texts: string[];
  values: { kind: 'pointer' | 'pte' | 'pid'; value: bigint }[];
}

function expand(base: Buffer, path: string, size: number): void {
  const fd = openSync(path, 'w');
  let written = 0;
  for (const text of rounds(base)) {
    if (written >= size && text.isFirst) break;
    written += writeSync(fd, text.text, null, 'latin1');
  }
  closeSync(fd);
}

/** What a machine would print for ever. Pointers and pids come again after `kinds` rounds, as they do on a machine. */
export function* endless(kinds = 97): Generator<string> {
  for (const { text } of rounds(gunzipSync(readFileSync(CAPTURE)), kinds)) yield text;
}

function* rounds(base: Buffer, kinds = Number.POSITIVE_INFINITY): Generator<{ text: string; isFirst: boolean }> {
  const lines = base.toString('latin1').split('\n');
  const head = lines.filter((line) => line.startsWith('#'));
  const body = lines.map(partsOf).filter((parts) => parts !== undefined);
  const first = body[0].us;
  const last = body.reduce((most, { us }) => Math.max(most, us), 0);
  const timeStep = last - first + 500_000;
  const pids = body.flatMap(({ pid, values }) => [
    pid,
    ...values.filter((v) => v.kind === 'pid').map((v) => Number(v.value)),
  ]);
  const pidStep = pids.reduce((most, pid) => Math.max(most, pid), 0) + 1;
  yield { text: `${head.join('\n')}\n`, isFirst: false };
  for (let round = 0; ; round++) {
    const kind = round % kinds;
    const step = BigInt(kind);
    const shift = { pointer: step * POINTER_STEP, pte: step * FRAME_STEP, pid: BigInt(kind * pidStep) };
    let text = '';
    let isFirst = true;
    for (const [i, parts] of body.entries()) {
      text += lineOf(parts, round * timeStep, shift);
      if (text.length > 1 << 20 || i === body.length - 1) {
        yield { text, isFirst };
        isFirst = false;
        text = '';
      }
    }
  }
}

function partsOf(line: string): Parts | undefined {
  const m = LINE.exec(line);
  if (m === null) return undefined;
  const [, comm, pid, columns, seconds, us, rest] = m;
  const texts: string[] = [];
  const values: Parts['values'] = [];
  let at = 0;
  for (const found of rest.matchAll(CHANGING)) {
    const [all, , pointer, , pte, , id] = found;
    const digits = pointer ?? pte ?? id;
    texts.push(rest.slice(at, found.index + all.length - digits.length));
    values.push(
      id === undefined
        ? { kind: pointer === undefined ? 'pte' : 'pointer', value: BigInt(`0x${digits}`) }
        : { kind: 'pid', value: BigInt(id) },
    );
    at = found.index + all.length;
  }
  texts.push(rest.slice(at));
  return { comm, pid: Number(pid), columns, us: Number(seconds) * 1e6 + Number(us), texts, values };
}

function lineOf(parts: Parts, later: number, shift: Record<'pointer' | 'pte' | 'pid', bigint>): string {
  const { comm, pid, columns, us, texts, values } = parts;
  // threads of the kernel itself, such as kworker/0:1, are there in every round
  const task = pid === 0 || comm.includes('/') ? pid : pid + Number(shift.pid);
  const time = us + later;
  const seconds = Math.floor(time / 1e6);
  let line = `${comm.padStart(16)}-${String(task).padEnd(7)} ${columns} ${`${seconds}.${String(time - seconds * 1e6).padStart(6, '0')}`.padStart(12)}: ${texts[0]}`;
  for (let i = 0; i < values.length; i++) {
    const { kind, value } = values[i];
    // an entry that is not present names no page frame in these bits
    const fixed = kind === 'pid' ? value === 0n : kind === 'pte' && (value & 1n) === 0n;
    line += (fixed ? value : value + shift[kind]).toString(kind === 'pid' ? 10 : 16) + texts[i + 1];
  }
  return `${line}\n`;
}
