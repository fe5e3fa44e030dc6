// Evidence out of a recording: printed as the tool prints it, and with a place where it can be shown again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, describe, expect, it } from 'vitest';
import { recordText } from '../../src/commands/shared/record-text.ts';
import { check } from '../../src/engine/check.ts';
import { fileInput } from '../../src/engine/reading/input.ts';
import { contextLines } from '../../src/engine/reading/numbered-lines.ts';
import { loadReporter, pieces } from '../../src/report/index.ts';
import { perfData } from './write/perf-data.ts';
import { traceDat } from './write/trace-dat.ts';
import { writtenOf } from './written.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

const written = writtenOf('5.10/odirect_read_swap.ft');
const put = (name: string, bytes: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const FILES = {
  'trace.dat': traceDat(written, { version: 6 }),
  'perf.data': perfData(written),
  'trace-zstd.dat': traceDat(written, { compression: 'zstd' }),
  'perf-z.data': perfData(written, { packed: 81 }),
};
const [start] = written.events
  .filter(({ format }) => format.name === 'gup_fast')
  .map(({ values }) => values[1] as bigint);

const report = (path: string) => check([path], { kernel: written.kernel });

async function rendered(path: string, id: Parameters<typeof loadReporter>[0]): Promise<string> {
  const reporter = await loadReporter(id);
  let out = '';
  for await (const piece of pieces(reporter.render(await report(path), {}))) out += piece;
  return out;
}

describe.each(Object.entries(FILES))('%s', (name, bytes) => {
  const path = put(name, bytes);

  it('shows a record again by the number that a report gives it', async () => {
    const [{ evidence }] = (await report(path)).findings;
    const [pin] = evidence;
    const text = await recordText(path, pin.line, 1);
    expect(text).toContain(`record ${pin.line}, byte `);
    expect(text).toContain(`${pin.line} | ${pin.text}`);
    expect(text.trimEnd().split('\n')).toHaveLength(4);
    await expect(recordText(path, 99_999_999, 0)).rejects.toThrow('no event has the number');
  });

  it('has context around its steps', async () => {
    const [{ evidence }] = (await report(path)).findings;
    const lines = await contextLines(fileInput(path), evidence, 2);
    expect(lines?.length).toBeGreaterThan(evidence.length);
    expect(await contextLines(fileInput(path), [{ line: 5, text: 'something else' }], 2)).toBeUndefined();
  });

  it('SARIF says where it is in bytes', async () => {
    const log = JSON.parse(await rendered(path, 'sarif')) as Log;
    const region =
      log.runs[0].results?.[0].codeFlows?.[0].threadFlows[0].locations[0].location?.physicalLocation?.region;
    expect(region?.properties?.record).toBeGreaterThan(0);
    expect(region?.snippet?.text).toContain(`start=0x${start.toString(16)}`);
    // code scanning takes no region without a line
    expect(region?.startLine).toBe(1);
    if (name === 'perf-z.data') expect(region?.byteOffset).toBeUndefined();
    else expect(region?.byteOffset).toBeLessThan(bytes.length);
    if (name === 'trace.dat' || name === 'perf.data') {
      const { byteOffset = 0, byteLength = 0 } = region ?? {};
      const event = bytes.subarray(byteOffset, byteOffset + byteLength);
      const value = Buffer.alloc(8);
      value.writeBigUInt64LE(start);
      expect(event.includes(value)).toBe(true);
    } else expect(region?.properties?.unpackedOffset).toBeGreaterThan(0);
  });

  it.each<[Parameters<typeof loadReporter>[0], RegExp]>([
    ['text', /\(record \d+\)/],
    ['markdown', /\| record \|/],
    ['json', /"record": ?\{/],
  ])('%s calls it a record', async (id, words) => {
    expect(await rendered(path, id)).toMatch(words);
  });
});

it('a text is rejected', async () => {
  const path = put('trace.txt', Buffer.from(written.text));
  await expect(recordText(path, 12, 0)).rejects.toThrow('this is not a recording');
});
