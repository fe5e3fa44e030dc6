// Every capture at hand is read without one line that nobody understands: those in fixtures/, and those below
// PINDRIFT_CORPUS when it names a folder. What the lines are is counted a second time with regular expressions.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LineReader } from '../../src/parsers/bytes/lines.ts';
import { detectFormat } from '../../src/parsers/detect/detect.ts';
import { LineKind, TraceLine } from '../../src/parsers/formats/line.ts';
import { openSource } from '../../src/parsers/source.ts';
import { text } from '../../src/util/bytes.ts';
import { kindName } from './read.ts';

const ROOTS = [join(import.meta.dirname, '../../fixtures'), process.env.PINDRIFT_CORPUS].filter(
  (root): root is string => root !== undefined && existsSync(root),
);

/** Traces below a folder: files named trace.txt, compressed or not. */
function traces(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? traces(path) : /^trace\.(txt|csv)(\.gz|\.zst)?$/.test(entry.name) ? [path] : [];
  });
}

/** Lines that are no events, by format, as a reader of the text would say it. */
const NO_EVENT: Record<string, RegExp> = {
  ftrace:
    /^#|^\s*$|^ => |^CPU:\d+ \[LOST|: <stack trace>$|^\d+ \d+ \d+ type: \d+$|\S <-\S+$|^ +[\d.]+ \| +\d+\) [^|]+\|[^|]+\|(?!\s+\/\* .* \*\/$)|^ -{20}|^ \d\) .* => /,
  'trace-cmd': /^cpus=|^\s*$|^=> |^CPU:\d+ \[|: kernel_stack: +<stack trace >$|: funcgraph_(entry|exit): /,
  'perf-script': /^# |^#$|^\s*$|^\t|: PERF_RECORD_/,
  csv: /^#|^\s*$|^(?:time|nsecs),/,
};

const paths = ROOTS.flatMap(traces);

describe.runIf(paths.length > 0)('captures', () => {
  it.each(paths)('%s', async (path) => {
    const source = await openSource(path);
    const found = detectFormat(await source.head());
    if (!('parser' in found)) {
      throw new Error(found.problem);
    }
    const { parser } = found;
    const { format } = parser.head;
    const lines = new LineReader(source, { quoted: format === 'csv' });
    const out = new TraceLine();
    const wrong: string[] = [];
    while (await lines.fill()) {
      while (lines.next()) {
        parser.parse(lines.buf, lines.start, lines.end, out);
        const line = text(lines.buf, lines.start, lines.end);
        const isEvent = out.kind === LineKind.Event;
        if (out.kind === LineKind.Bad || isEvent === NO_EVENT[format].test(line)) {
          wrong.push(`${lines.number} ${kindName(out.kind)}: ${line.slice(0, 200)}`);
        }
      }
    }
    source.close();
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(source.damage).toBeUndefined();
  });
});
