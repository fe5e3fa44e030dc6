import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createParser, detectFormat } from '../../src/parsers/detect.ts';
import { TraceLine } from '../../src/parsers/line.ts';
import { LineReader } from '../../src/parsers/lines.ts';
import { splitFile } from '../../src/parsers/parts.ts';
import { openSource } from '../../src/parsers/source.ts';
import { bytes, head, seen } from './read.ts';

const dir = mkdtempSync(join(tmpdir(), 'parts-'));
afterAll(() => rmSync(dir, { recursive: true }));

const event = (i: number): string =>
  `             scn-133     [000] d...     9.${String(i).padStart(6, '0')}: fault: a=${i}\n`;
const TRACE = `# tracer: nop\n#\n${Array.from({ length: 500 }, (_, i) => `${event(i)}             scn-133     [000] d...     9.${String(i).padStart(6, '0')}: <stack trace>\n => do_wp_page\n => handle_mm_fault\n`).join('')}`;

describe('splitFile', () => {
  const path = join(dir, 'trace');
  writeFileSync(path, TRACE);
  const found = detectFormat(bytes(TRACE));
  if (!('parser' in found)) {
    throw new Error(found.problem);
  }
  const { head: traceHead } = found.parser;

  it.each([1, 2, 3, 7, 100])('into %i parts that begin with an event and give the same lines', async (count) => {
    const parts = splitFile(path, TRACE.length, traceHead, count);
    expect(parts.length).toBe(count);
    expect(parts[0].start).toBe(0);
    expect(parts[parts.length - 1].end).toBe(TRACE.length);
    const all: unknown[] = [];
    for (const [i, { start, end }] of parts.entries()) {
      const source = await openSource(path, { start, end });
      const lines = new LineReader(source, { offset: start });
      const parser = createParser(traceHead);
      const out = new TraceLine();
      let first = i > 0;
      while (await lines.fill()) {
        while (lines.next()) {
          parser.parse(lines.buf, lines.start, lines.end, out);
          expect(TRACE.startsWith('\n', lines.offset - 1) || lines.offset === 0).toBe(true);
          all.push(seen(out));
          if (first) {
            expect(seen(out)).toMatchObject({ name: 'fault' });
            first = false;
          }
        }
      }
      source.close();
    }
    expect(all.length).toBe(TRACE.split('\n').length - 1);
    expect(all.filter((line) => (line as { name?: string }).name === 'fault').length).toBe(500);
  });

  it('leaves tables and files without events whole', () => {
    expect(splitFile(path, TRACE.length, head('csv'), 4)).toEqual([{ start: 0, end: TRACE.length }]);
    const prose = join(dir, 'prose');
    writeFileSync(prose, 'a\n'.repeat(5000));
    expect(splitFile(prose, 10_000, traceHead, 4)).toEqual([{ start: 0, end: 10_000 }]);
  });
});
