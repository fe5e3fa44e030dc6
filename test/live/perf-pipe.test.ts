// The pipe of `perf record -o -` is followed as the text that `perf script` makes of it; here another program stands for it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Verdict } from '../../src/contract/finding.ts';
import { textOfPipe } from '../../src/live/perf-pipe.ts';
import { pieces, watchAll } from './feed.ts';

const HEAD = Buffer.from('PERFILE2\x10\0\0\0\0\0\0\0', 'latin1');
/** Records of a kind that nobody knows: u32 type, u16 misc, u16 size. */
const RECORD = Buffer.from(`\x63\0\0\0\0\0\x40\x1f${'one\ntwo\n'.repeat(999)}`, 'latin1');
const PIPE = Buffer.concat([HEAD, ...Array.from({ length: 50 }, () => RECORD)]);

async function textOf(command: readonly string[]): Promise<{ text: string; damage: string | undefined }> {
  const { source } = textOfPipe(
    pieces(PIPE, () => 7000),
    HEAD,
    command,
  );
  const into = new Uint8Array(1 << 16);
  let text = '';
  for (let n = await source.read(into); n > 0; n = await source.read(into))
    text += Buffer.from(into.subarray(0, n)).toString('latin1');
  source.close();
  return { text, damage: source.damage };
}

it('is what the program makes of all its bytes', async () => {
  expect(await textOf(['cat'])).toEqual({ text: PIPE.toString('latin1'), damage: undefined });
}, 30_000);

it('a program that fails says why, and what it said before is kept', async () => {
  const { text, damage } = await textOf(['sh', '-c', 'echo first; echo "unknown feature" >&2; exit 3']);
  expect(text).toBe('first\n');
  expect(damage).toBe('perf script, which reads it: ended with 3: unknown feature');
}, 30_000);

it('no such program', async () => {
  expect((await textOf(['pindrift-has-no-such-program'])).damage).toMatch(
    /^perf script, which reads it: spawn .*ENOENT$/,
  );
}, 30_000);

it.each([
  ['PERFILE2\x68\0\0\0\0\0\0\0', 'perf record -o - ... | pindrift watch -'],
  ['\x17\x08\x44tracing6\0', 'trace-cmd stream ... | pindrift watch -'],
])('a file is no pipe: %j', (head, tryThis) => {
  const source = pieces(new Uint8Array(0), () => 1);
  expect(() => textOfPipe(source, Buffer.from(head, 'latin1'))).toThrow(expect.objectContaining({ tryThis }));
});

const FIXTURE = join(import.meta.dirname, '../../fixtures/6.12/odirect_read_swap.perf-pipe');
const unpacked = (name: string) => gunzipSync(readFileSync(join(FIXTURE, name)));

/** Watch these bytes where `perf` is a program that waits for the end of its input and prints what the real one did. */
async function verdictOf(bytes: Buffer): Promise<Verdict | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'pindrift-perf-'));
  const { PATH } = process.env;
  try {
    writeFileSync(join(folder, 'text'), unpacked('report-ns.txt.gz'));
    writeFileSync(join(folder, 'perf'), `#!/bin/sh\ncat > /dev/null\ncat ${join(folder, 'text')}\n`, { mode: 0o755 });
    process.env.PATH = folder + delimiter + PATH;
    const end = (await watchAll(pieces(bytes, () => 9000))).at(-1);
    return end?.type === 'end' ? end.verdict : undefined;
  } finally {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  }
}

it('what was on and never seen did not happen, as in a file; not if the pipe was cut', async () => {
  const bytes = unpacked('perf.data.gz');
  expect(await verdictOf(bytes)).toBe('clean');
  expect(await verdictOf(bytes.subarray(0, bytes.length - 4000))).toBe('could-not-be-checked');
}, 30_000);
