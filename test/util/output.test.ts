// Why: a result is whole or it is not there.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWritable, writeFileWhole } from '../../src/util/output.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pindrift-output-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function* broken(): Iterable<string> {
  yield 'first piece\n';
  throw new Error('a bug in the reporter');
}

describe('writing a file', () => {
  it('writes the pieces, text and bytes', () => {
    writeFileWhole(join(dir, 'a'), ['one\n', Uint8Array.of(0xff)]);
    expect(readFileSync(join(dir, 'a'))).toEqual(Buffer.from('one\n\xff', 'latin1'));
  });

  it('that breaks off half-way leaves what was there before, and nothing else', () => {
    writeFileSync(join(dir, 'a'), 'old');
    expect(() => writeFileWhole(join(dir, 'a'), broken())).toThrow('a bug in the reporter');
    expect(readdirSync(dir)).toEqual(['a']);
    expect(readFileSync(join(dir, 'a'), 'utf8')).toBe('old');
  });

  it('that breaks off half-way leaves no file where none was', () => {
    expect(() => writeFileWhole(join(dir, 'a'), broken())).toThrow();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('through a link writes where it leads', () => {
    writeFileSync(join(dir, 'real'), 'old');
    symlinkSync('real', join(dir, 'link'));
    writeFileWhole(join(dir, 'link'), ['new']);
    expect(readlinkSync(join(dir, 'link'))).toBe('real');
    expect(readFileSync(join(dir, 'real'), 'utf8')).toBe('new');
  });

  it.skipIf(!existsSync('/dev/null'))('to a device writes to the device', () => {
    writeFileWhole('/dev/null', ['gone']);
    expect(existsSync('/dev/null')).toBe(true);
  });
});

describe('looking ahead', () => {
  it('a missing folder is reported before any work', () => {
    expect(() => checkWritable(join(dir, 'no/such/file'))).toThrow('the directory for this file does not exist');
    expect(() => checkWritable(dir)).toThrow('directory');
    expect(() => checkWritable(join(dir, 'new'))).not.toThrow();
  });
});
