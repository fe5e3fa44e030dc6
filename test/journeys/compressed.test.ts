// A compressed trace whose end is damaged: what stood before is used, the damage is said, and it is never clean.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { capture, kindsOfLoss } from './capture.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = Buffer.from(capture('6.12/odirect_read_swap.ft'), 'latin1');
const packed = (program: string, input: Uint8Array): Buffer => execFileSync(program, ['-c', '-q'], { input });

async function checked(name: string, bytes: Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return check([path]);
}

describe.each(['gzip', 'xz', 'zstd'])('%s', (program) => {
  const whole = packed(program, text);

  it('whole', async () => {
    const { traces } = await checked(`${program}.whole`, whole);
    expect(traces[0].losses).toEqual([]);
  });

  it('followed by something else', async () => {
    const report = await checked(`${program}.behind`, Buffer.concat([whole, Buffer.from('garbage behind it')]));
    expect(report.verdict).not.toBe('clean');
    expect(kindsOfLoss(report)).toContain('truncated');
    expect(report.traces[0].events).toBeGreaterThan(500);
  });

  it.runIf(program === 'gzip')('followed by something else: nothing before it is missing', async () => {
    const plain = await checked('plain', text);
    for (const n of [5, 64, 100]) {
      const { traces } = await checked(`${program}.${n}`, Buffer.concat([whole, Buffer.alloc(n, 'a')]));
      expect(traces[0].events).toBe(plain.traces[0].events);
    }
  });

  it('with a wrong checksum', async () => {
    const bytes = Buffer.from(whole);
    const at = program === 'gzip' ? bytes.length - 6 : program === 'zstd' ? bytes.length - 2 : bytes.length - 40;
    bytes[at] ^= 1;
    const report = await checked(`${program}.checksum`, bytes);
    expect(report.verdict).not.toBe('clean');
    expect(kindsOfLoss(report)).toContain('truncated');
  });
});

it('zstd after a skippable frame', async () => {
  const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  const { traces } = await checked('skippable', Buffer.concat([skipped, packed('zstd', text)]));
  expect(traces[0].losses).toEqual([]);
});

it.each(['gzip', 'xz'])('%s within another compression: the outer one comes first', async (inner) => {
  const outer = inner === 'gzip' ? 'xz' : 'gzip';
  await expect(checked(`${inner}.twice`, packed(outer, packed(inner, text)))).rejects.toMatchObject({
    message: `this is ${inner} within another compression`,
    tryThis: `${outer} -dc FILE | pindrift check -`,
  });
});
