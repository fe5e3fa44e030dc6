// Makes the parser for a trace whose head is known. A head is plain data, so several parsers can read parts of one
// file.
import { CsvParser } from './csv.ts';
import { FtraceParser } from './ftrace.ts';
import { isTextFormat, type TraceHead } from './head.ts';
import type { LineParser } from './line.ts';
import { PerfScriptParser } from './perf-script.ts';
import { TraceCmdParser } from './trace-cmd.ts';

export function createParser(head: TraceHead): LineParser {
  const { format } = head;
  if (!isTextFormat(format)) throw new TypeError(`${format} has no lines`);
  switch (format) {
    case 'ftrace':
      return new FtraceParser(head);
    case 'trace-cmd':
      return new TraceCmdParser(head);
    case 'perf-script':
      return new PerfScriptParser(head);
    case 'csv':
      return new CsvParser(head);
  }
}
