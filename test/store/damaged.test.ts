// A writer that has learned what lines look like writes the same of lines that are nearly so as the writer that has not.
import { expect, it } from 'vitest';
import { ingest } from '../../src/engine/ingest.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { damagedLines } from '../damaged-lines.ts';
import { expectSame } from './same.ts';
import { scratch } from './scratch.ts';
import { sqlWriter } from './sql-writer.ts';

const { file } = scratch();

it.each([1, 2, 3, 4, 5, 6])('lines that are nearly like known ones (%i)', async (seed) => {
  const trace = damagedLines(seed, 3000);
  const [pages, sql] = [file('pages.db'), file('sql.db')];
  await ingest([memoryInput('memory', trace)], { out: pages, force: true });
  await ingest([memoryInput('memory', trace)], { out: sql, force: true, writer: sqlWriter });
  expectSame(pages, sql);
});

it('a line longer than the buffer, and lines of usual length after it', async () => {
  const usual = damagedLines(7, 12_000);
  const long = Buffer.from(`             scn-134     [001] d...     9.044853: note: text=${'x'.repeat(300_000)}\n`);
  const trace = Buffer.concat([usual, long, usual, long, usual]);
  const [pages, sql] = [file('pages.db'), file('sql.db')];
  const report = await ingest([memoryInput('memory', trace)], { out: pages, force: true });
  await ingest([memoryInput('memory', trace)], { out: sql, force: true, writer: sqlWriter });
  expect(report.traces[0].bytes).toBe(trace.length);
  expectSame(pages, sql);
});
