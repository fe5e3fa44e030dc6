import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { LineReader } from '../../src/parsers/bytes/lines.ts';
import type { SourceOptions } from '../../src/parsers/bytes/source-input.ts';
import { openSource } from '../../src/parsers/source.ts';
import { InputError } from '../../src/util/errors.ts';

const dir = mkdtempSync(join(tmpdir(), 'source-'));
afterAll(() => rmSync(dir, { recursive: true }));

const TRACE = Array.from(
  { length: 20_000 },
  (_, i) => `             scn-133     [000] d...     9.${String(i).padStart(6, '0')}: fault: a=${i * 7919}\n`,
).join('');

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function content(
  path: string,
  options?: SourceOptions,
): Promise<{ text: string; damage?: string; compression: string }> {
  const source = await openSource(path, options);
  const head = await source.head();
  const parts: Buffer[] = [];
  const into = new Uint8Array(10_000);
  for (;;) {
    const got = await source.read(into);
    if (got === 0) {
      break;
    }
    parts.push(Buffer.from(into.subarray(0, got)));
  }
  const text = Buffer.concat(parts).toString('latin1');
  expect(text.startsWith(Buffer.from(head).toString('latin1'))).toBe(true);
  source.close();
  return { text, compression: source.compression, ...(source.damage !== undefined && { damage: source.damage }) };
}

async function problem(path: string): Promise<InputError> {
  try {
    await content(path);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error('was read');
}

/** Programs that are not everywhere. */
const [XZ, ZSTD, MKFIFO] = ['xz', 'zstd', 'mkfifo'];
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

describe('openSource', () => {
  it('reads a plain file, and a part of it', async () => {
    const path = file('plain', TRACE);
    expect(await content(path)).toEqual({ text: TRACE, compression: 'none' });
    expect((await content(path, { start: 100, end: 90_000 })).text).toBe(TRACE.slice(100, 90_000));
    expect((await content(path, { start: 90_000 })).text).toBe(TRACE.slice(90_000));
  });

  it('reads files shorter than a magic', async () => {
    for (const text of ['', 'a', 'ab\n']) {
      expect((await content(file('short', text))).text).toBe(text);
    }
  });

  it('reads gzip by its magic, of several members too', async () => {
    const half = TRACE.length / 2;
    const path = file('trace.txt', Buffer.concat([gzipSync(TRACE.slice(0, half)), gzipSync(TRACE.slice(half))]));
    expect(await content(path)).toEqual({ text: TRACE, compression: 'gzip' });
  });

  it('a zstd frame that wants a window of 2 GB is refused, with the way to read it', async () => {
    // magic, descriptor, window of 2^31, an empty last block (RFC 8878, 3.1.1)
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (31 - 10) << 3, 1, 0, 0]);
    await expect(content(file('window.zst', frame))).rejects.toMatchObject({
      message: expect.stringContaining('too much memory'),
      tryThis: expect.stringContaining('--long=31'),
    });
  });

  it.runIf(has(ZSTD))('reads zstd, of several frames too', async () => {
    const frame = execFileSync(ZSTD, ['-c', '-q'], { input: TRACE, maxBuffer: 1 << 26 });
    expect(await content(file('a.zst', frame))).toEqual({ text: TRACE, compression: 'zstd' });
    expect((await content(file('b.zst', Buffer.concat([frame, frame])))).text).toBe(TRACE + TRACE);
    const cut = await content(file('c.zst', frame.subarray(0, frame.length - 100)));
    expect(cut.damage).toContain('truncated or damaged');
    expect(TRACE.startsWith(cut.text)).toBe(true);
  });

  it.runIf(has(ZSTD))('delivers a single block of zstd whose checksum is wrong, and says so', async () => {
    const little = TRACE.slice(0, 50_000);
    const frame = execFileSync(ZSTD, ['-c', '-q', '--check'], { input: little });
    frame[frame.length - 1] ^= 1;
    const wrong = await content(file('wrong.zst', frame));
    expect(wrong.damage).toMatch(/checksum/);
    expect(wrong.text).toBe(little);
  });

  it.runIf(has(XZ))('reads xz through the program', async () => {
    const frame = execFileSync(XZ, ['-c'], { input: TRACE, maxBuffer: 1 << 26 });
    expect(await content(file('a.xz', frame))).toEqual({ text: TRACE, compression: 'xz' });
    const cut = await content(file('b.xz', frame.subarray(0, frame.length - 20)));
    expect(cut.damage).toContain('truncated or damaged');
    expect(cut.text.length).toBeGreaterThan(TRACE.length / 2);
  });

  it('says what to do about xz if the program is missing', async () => {
    const path = file('c.xz', Buffer.from('\xfd7zXZ\0\0\x04', 'latin1'));
    const { PATH } = process.env;
    process.env.PATH = dir;
    try {
      expect((await problem(path)).tryThis).toBe(`xz -dc ${path} | pindrift check -`);
    } finally {
      process.env.PATH = PATH;
    }
  });

  it('delivers what precedes a cut in gzip, and says so', async () => {
    const whole = gzipSync(TRACE);
    const cut = await content(file('cut.gz', whole.subarray(0, whole.length - 1000)));
    expect(cut.damage).toContain('unexpected end of file');
    expect(TRACE.startsWith(cut.text)).toBe(true);
    expect(cut.text.length).toBeGreaterThan(TRACE.length / 2);
  });

  it('delivers what precedes an error in gzip, and says so', async () => {
    const whole = gzipSync(TRACE);
    whole.fill(0xff, whole.length - 2000, whole.length - 1000);
    const faulty = await content(file('faulty.gz', whole));
    expect(faulty.damage).toContain('truncated or damaged');
    expect(faulty.text.slice(0, 100_000)).toBe(TRACE.slice(0, 100_000));
  });

  it('refuses what only looks like gzip', async () => {
    const error = await problem(file('nonsense.gz', Buffer.from('\x1f\x8bnonsense', 'latin1')));
    expect(error.message).toContain('cannot be decompressed');
  });

  it('explains what cannot be opened', async () => {
    symlinkSync('loop', join(dir, 'loop'));
    expect((await problem(join(dir, 'loop'))).message).toContain('symbolic link');
    expect((await problem(join(dir, 'a'.repeat(300)))).message).toContain('name is too long');
    expect((await problem(join(dir, 'missing'))).message).toBe('no such file');
    mkdirSync(join(dir, 'folder'));
    expect((await problem(join(dir, 'folder'))).message).toBe('this is a directory');
    expect((await problem(join(file('afile', 'x'), 'b'))).message).toContain('is not a directory');
  });

  it.skipIf(process.getuid?.() === 0)('explains a missing permission', async () => {
    const path = file('secret', 'x');
    chmodSync(path, 0);
    expect((await problem(path)).message).toContain('permission');
  });

  it('knows its progress, in bytes of the file', async () => {
    const packed = gzipSync(TRACE);
    for (const [name, bytes] of [
      ['size', Buffer.from(TRACE)],
      ['size.gz', packed],
    ] as const) {
      const source = await openSource(file(name, bytes));
      expect(source.size).toBe(bytes.length);
      const lines = new LineReader(source);
      while (await lines.fill()) {
        while (lines.next()) {}
      }
      expect(source.position).toBe(bytes.length);
      expect(lines.number).toBe(20_000);
      source.close();
    }
  });

  it.runIf(has(MKFIFO))('reads pipes', async () => {
    const path = join(dir, 'fifo');
    execFileSync(MKFIFO, [path]);
    spawn('cp', [file('for-fifo', TRACE), path]);
    expect((await content(path)).text).toBe(TRACE);
  });
});
