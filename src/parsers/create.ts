// Makes the parser for a trace whose head is known. A head is plain data, so several parsers can read parts of one
// file.
import { CsvParser } from './csv.ts';
import { FtraceParser } from './ftrace.ts';
import type { TraceHead } from './head.ts';
import type { LineParser } from './line.ts';
import { PerfScriptParser } from './perf-script.ts';
import { TraceCmdParser } from './trace-cmd.ts';

export function createParser(head: TraceHead): LineParser {
  switch (head.format) {
    case 'ftrace':
      return new FtraceParser(head);
    case 'trace-cmd':
      return new TraceCmdParser(head);
    case 'perf-script':
      return new PerfScriptParser(head);
    case 'csv':
      return new CsvParser(head);
    case 'trace.dat':
    case 'perf.data':
    case 'trace_pipe_raw':
      throw new TypeError(`${head.format} has no lines`);
  }
}
