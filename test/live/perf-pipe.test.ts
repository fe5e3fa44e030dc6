// The pipe of `perf record -o -` is followed as the text that `perf script` makes of it; here another program stands for it.
import { expect, it } from 'vitest';
import { textOfPipe } from '../../src/live/perf-pipe.ts';
import { pieces } from './feed.ts';

const HEAD = Buffer.from('PERFILE2\x10\0\0\0\0\0\0\0', 'latin1');
const PIPE = Buffer.concat([HEAD, Buffer.from('one\ntwo\n'.repeat(50_000))]);

async function textOf(command: readonly string[]): Promise<{ text: string; damage: string | undefined }> {
  const source = textOfPipe(
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
