// A row of a table becomes the same shape as a line of ftrace: an event's name, and `key=value key=value` behind it,
// in a buffer of the parser's own, so that nothing behind the parsers knows of tables.
//
//     time,cpu,comm,pid,event,mm,addr
//     9.044846,0,scn,133,fault,0xffff8dd4c1061dc0,0x40d9d0
//     Lost 18 events                            bpftrace, in between
//     @faults[133]: 12                          bpftrace, at the end
//
// Rows come whole, with the newlines of quoted cells in them (LineReader's option `quoted`).
import { HASH, SPACE, text } from '../util/bytes.ts';
import { type Column, columnsOf, csvTime } from './csv-columns.ts';
import { cellsOf } from './csv-head.ts';
import { LineKind, type LineParser, type TraceHead, type TraceLine } from './line.ts';

/** What tables print for a cell that is not there. */
const ABSENT = new Set(['', 'nan', 'NaN', 'None', 'NULL', '<NA>', '[NULL]']);

export class CsvParser implements LineParser {
  readonly head: TraceHead;
  readonly #delimiter: string;
  readonly #columns: Column[];
  readonly #header: string;
  #buf = Buffer.alloc(4096);
  #length = 0;

  constructor(head: TraceHead) {
    this.head = head;
    const { delimiter, columns } = head.table ?? { delimiter: ',', columns: [] };
    this.#delimiter = delimiter;
    this.#columns = columnsOf(columns);
    this.#header = columns.join('\n');
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
      this.#readRow(cells, row, out);
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

  #readRow(cells: string[], row: string, out: TraceLine): void {
    if (cells.map((cell) => cell.trim()).join('\n') === this.#header) {
      out.kind = LineKind.Header;
      out.lost = -1;
      return;
    }
    out.kind = LineKind.Event;
    out.ts = Number.NaN;
    out.cpu = -1;
    out.pid = -1;
    out.tgid = -1;
    this.#length = 0;
    if (this.#buf.length < 8 * row.length + 4096) {
      this.#buf = Buffer.alloc(16 * row.length + 4096);
    }
    let comm = '';
    let event = '';
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      const column = this.#columns[i];
      switch (column.role) {
        case 'time':
          if (!this.#setTime(cell, column.unit, out)) {
            return;
          }
          break;
        case 'cpu':
          out.cpu = number(cell);
          break;
        case 'tid':
          out.pid = number(cell);
          break;
        case 'pid':
          out.tgid = number(cell);
          break;
        case 'comm':
          comm = cell.trim();
          break;
        case 'event':
          event = cell.trim();
          break;
        default:
          break;
      }
    }
    this.#setIds(out);
    out.commStart = this.#length;
    out.commEnd = this.#write(comm);
    this.#setName(event, out);
    out.argsStart = this.#length;
    this.#writeArgs(cells);
    out.argsEnd = this.#length;
    out.buf = this.#buf;
  }

  /** One id column is what ftrace calls pid, the thread; of two, pid is the process. */
  #setIds(out: TraceLine): void {
    if (!this.#columns.some((column) => column.role === 'tid')) {
      out.pid = out.tgid;
      out.tgid = -1;
    }
  }

  #setTime(cell: string, unit: number | undefined, out: TraceLine): boolean {
    const time = csvTime(cell, unit);
    if (time !== undefined) {
      out.ts = this.head.timeUnit === 'ns' ? (time.seconds - this.head.timeBase) * 1e9 + time.ns : Number.NaN;
    } else if (!ABSENT.has(cell.trim())) {
      out.kind = LineKind.Bad;
      out.reason = 'the time column holds no number';
      return false;
    }
    return true;
  }

  /** `kprobe:do_wp_page`, `pindrift:fault` and plain `fault`. */
  #setName(event: string, out: TraceLine): void {
    const colon = event.lastIndexOf(':');
    if (event === '') {
      out.kind = LineKind.Bad;
      out.reason = 'the event column is empty';
    }
    out.systemStart = this.#length;
    out.systemEnd = this.#write(colon < 0 ? '' : event.slice(0, colon));
    out.nameStart = this.#length;
    out.nameEnd = this.#write(event.slice(colon + 1));
  }

  #writeArgs(cells: string[]): void {
    const start = this.#length;
    for (let i = 0; i < cells.length; i++) {
      const { role, name } = this.#columns[i];
      const cell = cells[i].trim();
      if ((role !== 'field' && role !== 'args') || ABSENT.has(cell)) {
        continue;
      }
      if (this.#length > start) {
        this.#buf[this.#length++] = SPACE;
      }
      this.#write(role === 'args' ? cell.replace(/\s+/g, ' ') : `${name}=${value(cell)}`);
    }
  }

  #write(s: string): number {
    this.#length += this.#buf.write(s, this.#length, 'latin1');
    return this.#length;
  }
}

/** What a value looks like in the kernel's own text: bare, or in quotes where a blank or a quote would end it. */
function value(cell: string): string {
  if (/^-?\d+\.0+$/.test(cell)) {
    // pandas, for integers in a column with gaps
    return cell.slice(0, cell.indexOf('.'));
  }
  return /[\s"=]/.test(cell) ? JSON.stringify(cell) : cell;
}

function number(cell: string): number {
  const digits = /^\s*\[?(\d{1,15})\]?(?:\.0+)?\s*$/.exec(cell);
  return digits ? Number(digits[1]) : -1;
}
