// Converts a row of a table into the form of an ftrace line: an event name, followed by `key=value key=value`, in a
// buffer of its own, so that no other code needs to handle tables.
//
//     time,cpu,comm,pid,event,mm,addr
//     9.044846,0,scn,133,fault,0xffff8dd4c1061dc0,0x40d9d0
//     Lost 18 events                            bpftrace, in between
//     @faults[133]: 12                          bpftrace, at the end
//
// Rows arrive complete, including newlines in quoted cells (LineReader's option `quoted`).
import { HASH, text } from '../../util/bytes.ts';
import { type CsvColumn, csvColumns, csvTime } from './csv-columns.ts';
import { cellsOf, isHeaderRow } from './csv-head.ts';
import type { TraceHead } from './head.ts';
import { LineKind, type LineParser, type TraceLine, withoutColumns } from './line.ts';

/** Representations of an empty cell. */
const ABSENT = new Set(['', 'nan', 'NaN', 'None', 'NULL', '<NA>', '[NULL]']);

export class CsvParser implements LineParser {
  readonly head: TraceHead;
  readonly #delimiter: string;
  readonly #columns: CsvColumn[];
  readonly #names: string[];
  readonly #hasThreads: boolean;
  #buf = Buffer.alloc(4096);

  constructor(head: TraceHead) {
    this.head = head;
    const { delimiter, columns } = head.table ?? { delimiter: ',', columns: [] };
    this.#delimiter = delimiter;
    this.#columns = csvColumns(columns);
    this.#names = columns;
    this.#hasThreads = this.#columns.some((column) => column.role === 'tid');
  }

  parse(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    const row = text(buf, start, end);
    out.buf = buf;
    if (/^\s*$/.test(row)) {
      out.kind = LineKind.Blank;
      return;
    }
    if (buf[start] === HASH || /^Attach(ing|ed) \d+ probe/.test(row)) {
      out.kind = LineKind.Header;
      out.lost = -1;
      return;
    }
    if (row.includes('"') && (row.split('"').length & 1) === 0) {
      out.kind = LineKind.Bad;
      out.reason = 'a quote in this row is never closed';
      return;
    }
    const cells = cellsOf(row, this.#delimiter);
    if (cells.length === this.#columns.length) {
      this.#readRow(cells, out);
    } else {
      this.#readOther(row, cells.length, out);
    }
  }

  #readOther(row: string, cells: number, out: TraceLine): void {
    const lost = /^Lost (\d+) events/.exec(row);
    if (lost) {
      out.kind = LineKind.Lost;
      out.cpu = -1;
      out.lost = Number(lost[1]);
    } else if (/^@\w*(\[.*\])?: /.test(row)) {
      out.kind = LineKind.Record;
    } else {
      out.kind = LineKind.Bad;
      out.reason = `the row has ${cells} cells, the header ${this.#columns.length}`;
    }
  }

  #readRow(cells: string[], out: TraceLine): void {
    if (isHeaderRow(cells, this.#names)) {
      out.kind = LineKind.Header;
      out.lost = -1;
      return;
    }
    out.kind = LineKind.Event;
    withoutColumns(out, 0);
    let comm = '';
    let event = '';
    let args = '';
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i].trim();
      const { role, name, unit } = this.#columns[i];
      switch (role) {
        case 'time':
          this.#setTime(cell, unit, out);
          break;
        case 'cpu':
          out.cpu = number(cell);
          break;
        case 'tid':
          out.pid = number(cell);
          break;
        case 'pid':
          // a single id column is the thread, which ftrace calls pid; of two, pid is the process
          out[this.#hasThreads ? 'tgid' : 'pid'] = number(cell);
          break;
        case 'comm':
          comm = cell;
          break;
        case 'event':
          event = cell;
          break;
        case 'args':
          args += ABSENT.has(cell) ? '' : ` ${cell.replace(/\s+/g, ' ')}`;
          break;
        case 'field':
          args += ABSENT.has(cell) ? '' : ` ${name}=${value(cell)}`;
          break;
        case 'none':
          break;
      }
    }
    if (event === '') {
      out.kind = LineKind.Bad;
      out.reason = 'the event column is empty';
    }
    this.#write(comm, event, args.slice(1), out);
  }

  #setTime(cell: string, unit: number | undefined, out: TraceLine): void {
    const time = csvTime(cell, unit);
    if (time !== undefined) {
      out.ts = this.head.timeUnit === 'ns' ? (time.seconds - this.head.timeBase) * 1e9 + time.ns : Number.NaN;
    } else if (!ABSENT.has(cell)) {
      out.kind = LineKind.Bad;
      out.reason = 'the time column is not a number';
    }
  }

  /** Write the text of the event, piece by piece. `kprobe:do_wp_page` has a system, plain `fault` has none. */
  #write(comm: string, event: string, args: string, out: TraceLine): void {
    const colon = event.lastIndexOf(':');
    const all = comm + event + args;
    if (this.#buf.length < all.length) this.#buf = Buffer.alloc(2 * all.length);
    this.#buf.write(all, 0, 'latin1');
    out.buf = this.#buf;
    out.commStart = 0;
    out.commEnd = comm.length;
    out.systemStart = comm.length;
    out.systemEnd = comm.length + Math.max(0, colon);
    out.nameStart = comm.length + colon + 1;
    out.nameEnd = comm.length + event.length;
    out.argsStart = out.nameEnd;
    out.argsEnd = all.length;
  }
}

/** A value as in the kernel's own text: bare, or in quotes if a space or a quote would end it. */
function value(cell: string): string {
  if (/^-?\d+\.0+$/.test(cell)) {
    // pandas, for integers in a column with gaps
    return cell.slice(0, cell.indexOf('.'));
  }
  return /[\s"=]/.test(cell) ? JSON.stringify(cell) : cell;
}

function number(cell: string): number {
  const digits = /^\[?(\d{1,15})\]?(?:\.0+)?$/.exec(cell);
  return digits ? Number(digits[1]) : -1;
}
