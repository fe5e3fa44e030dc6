// From a line to an mm event: which event it is, and its arguments as numbers in a record.
// The first line of each event name is read with care and leaves a template; later lines are checked
// against it and read by position.
import { LineKind, type TraceLine } from '../parsers/line.ts';
import { EraEvidence } from './era.ts';
import { FUNCTIONS, probed } from './functions.ts';
import { KIND_FIELDS, Kind } from './kinds.ts';
import { type RecordBatch, Slot, STRIDE } from './record.ts';
import { fields, half, latin1, locationEnd, number64, valueEnd } from './template.ts';

const NAN_ROW = new Float64Array(STRIDE).fill(Number.NaN);
const SKIP = -1;
const NUM = 0;
const PTE = 1;
const SYM = 2;
const LEN = 3;
const TYPE = { num: NUM, pte: PTE, sym: SYM, len: LEN } as const;

/** One event name of the trace. */
export class EventType {
  readonly name: string;
  readonly system: string;
  /** probed function as the line shows it; undefined when it shows an address or is a tracepoint */
  symbol: string | undefined;
  count = 0;
  kind = 0;
  fn = 0;
  bareHex = false;
  /** argument names in their order */
  keys: string[] = [];
  // the template: per key its bytes' length and first byte, and where its value goes
  keyLength: number[] = [];
  keyFirst: number[] = [];
  slot: number[] = [];
  type: number[] = [];
  /** keys that matter: behind the last of them the line is not read */
  last = 0;
  location = 0;
  positional = false;
  /** same event name on other functions (several probes under one name) */
  others: Map<string, EventType> | undefined;
  readonly bytes: Uint8Array;

  constructor(name: string, system: string, bytes: Uint8Array) {
    this.name = name;
    this.system = system;
    this.bytes = bytes;
  }
}

export class Vocabulary {
  readonly types: EventType[] = [];
  readonly era = new EraEvidence();
  /** interned symbols (callers); `row[Slot.SYM]` is an index here */
  readonly symbols: string[] = [];
  #symbolIndex = new Map<string, number>();
  #table: (EventType | undefined)[] = new Array(1024);

  /**
   * Append the mm event of `line`, if it is one.
   * @returns the event's type, known or not
   */
  decode(line: TraceLine, offset: number, lineNumber: number, batch: RecordBatch): EventType {
    let type = this.#find(line);
    type.count++;
    if (type.kind === 0 && type.others === undefined) return type;
    const buf = line.buf;
    const end = line.argsEnd;
    let pos = line.argsStart;
    const first = pos;
    if (type.location > 0) {
      // the location is constant for an entry probe; a return probe's varies with the caller
      const close = pos + type.location - 1;
      pos = buf[close] === 41 && (buf[close + 1] === 32 || close + 1 === end) ? close + 1 : locationEnd(buf, pos, end);
      if (type.others !== undefined) {
        type = this.#variant(type, buf, first, pos, line);
        if (type.kind === 0) return type;
      }
    }
    const rows = batch.rows;
    const o = batch.length * STRIDE;
    rows.set(NAN_ROW, o);
    rows[o] = type.kind;
    rows[o + Slot.CPU] = line.cpu;
    rows[o + Slot.PID] = line.pid;
    rows[o + Slot.TGID] = line.tgid;
    rows[o + Slot.TS] = line.ts;
    rows[o + Slot.OFFSET] = offset;
    rows[o + Slot.LINE] = lineNumber;
    rows[o + Slot.FN] = type.fn;
    if (!type.positional || !this.#fast(type, buf, pos, end, rows, o))
      this.#slow(type, buf, line.argsStart, end, rows, o);
    if (type.kind === Kind.gupRet && pos > first) this.#caller(buf, first, pos, rows, o);
    finish(type.kind, rows, o);
    batch.length++;
    return type;
  }

  #fast(type: EventType, buf: Uint8Array, from: number, end: number, rows: Float64Array, o: number): boolean {
    let pos = from;
    const n = type.last;
    const { keyLength, keyFirst, slot, type: kinds } = type;
    for (let k = 0; k < n; k++) {
      pos++; // the blank before the key
      if (buf[pos] !== keyFirst[k]) return false;
      pos += keyLength[k];
      if (buf[pos] !== 61) return false;
      pos++;
      const s = slot[k];
      if (s === SKIP) {
        pos = valueEnd(buf, pos, end);
        continue;
      }
      if (buf[pos] === 48 && buf[pos + 1] === 120) {
        // hex to the next blank
        let i = pos + 2;
        let hi = 0;
        let lo = 0;
        let c = 0;
        while (i < end && (c = buf[i]) !== 32) {
          const d = c <= 57 ? c - 48 : c - 87;
          if ((d & ~15) !== 0) return false;
          hi = (hi << 4) | (lo >>> 28);
          lo = (lo << 4) | d;
          i++;
        }
        if (i - pos > 18) return false;
        if (kinds[k] === NUM) rows[o + s] = hi * 4294967296 + (lo >>> 0);
        else {
          half.hi = hi;
          half.lo = lo;
          this.#put(kinds[k], s, hi * 4294967296 + (lo >>> 0), rows, o);
        }
        pos = i;
      } else {
        const stop = valueEnd(buf, pos, end);
        if (kinds[k] === SYM) rows[o + s] = this.#symbol(buf, pos, stop);
        else {
          const v = number64(buf, pos, stop, false);
          if (!Number.isNaN(v)) this.#put(kinds[k], s, v, rows, o);
        }
        pos = stop;
      }
    }
    return true;
  }

  #slow(type: EventType, buf: Uint8Array, from: number, end: number, rows: Float64Array, o: number): void {
    for (const f of fields(buf, from, end)) {
      const k = type.keys.indexOf(f.key);
      if (k < 0 || type.slot[k] === SKIP) continue;
      if (type.type[k] === SYM) rows[o + type.slot[k]] = this.#symbol(buf, f.start, f.end);
      else {
        const v = number64(buf, f.start, f.end, type.bareHex);
        if (!Number.isNaN(v)) this.#put(type.type[k], type.slot[k], v, rows, o);
      }
    }
  }

  #put(kind: number, slot: number, value: number, rows: Float64Array, o: number): void {
    if (kind === PTE) {
      rows[o + Slot.PTE_HI] = half.hi;
      rows[o + Slot.PTE_LO] = half.lo;
    } else if (kind === LEN) {
      rows[o + Slot.END] = rows[o + Slot.ADDR] + value;
    } else rows[o + slot] = value;
  }

  /** ftrace prints a return as `(CALLER+0x.. <- FUNCTION)`: who called is who gets the pages. */
  #caller(buf: Uint8Array, start: number, end: number, rows: Float64Array, o: number): void {
    let i = start + 1;
    while (i < end && buf[i] !== 47 && buf[i] !== 32) i++;
    if (buf[i] === 47) rows[o + Slot.SYM] = this.#symbol(buf, start + 1, i);
  }

  #symbol(buf: Uint8Array, start: number, end: number): number {
    const text = latin1(buf, start, end);
    let at = this.#symbolIndex.get(text);
    if (at === undefined) {
      at = this.symbols.push(text) - 1;
      this.#symbolIndex.set(text, at);
    }
    return at;
  }

  #find(line: TraceLine): EventType {
    const buf = line.buf;
    const start = line.systemEnd > line.systemStart ? line.systemStart : line.nameStart;
    const end = line.nameEnd;
    const n = end - start;
    let h = (n * 0x9e3779b1 + buf[start] * 31 + buf[end - 1] * 131 + buf[start + (n >> 1)] * 8191) | 0;
    if (n > 3) h = (h + buf[end - 2] * 127 + buf[start + 1] * 524287 + buf[end - 3] * 2053) | 0;
    let i = (h ^ (h >>> 15)) & (this.#table.length - 1);
    for (;;) {
      const t = this.#table[i];
      if (t === undefined) return this.#learn(line, i);
      if (t.bytes.length === n) {
        const b = t.bytes;
        let k = 0;
        while (k < n && b[k] === buf[start + k]) k++;
        if (k === n) return t;
      }
      i = (i + 1) & (this.#table.length - 1);
    }
  }

  #learn(line: TraceLine, at: number): EventType {
    const system = latin1(line.buf, line.systemStart, line.systemEnd);
    const start = line.systemEnd > line.systemStart ? line.systemStart : line.nameStart;
    const type = new EventType(
      latin1(line.buf, line.nameStart, line.nameEnd),
      system,
      line.buf.slice(start, line.nameEnd),
    );
    this.types.push(type);
    this.#table[at] = type;
    if (this.types.length * 2 > this.#table.length) this.#grow();
    this.#shape(type, line);
    return type;
  }

  #grow(): void {
    const old = this.types;
    this.#table = new Array(this.#table.length * 4);
    for (const t of old) {
      const n = t.bytes.length;
      const b = t.bytes;
      let h = (n * 0x9e3779b1 + b[0] * 31 + b[n - 1] * 131 + b[n >> 1] * 8191) | 0;
      if (n > 3) h = (h + b[n - 2] * 127 + b[1] * 524287 + b[n - 3] * 2053) | 0;
      let i = (h ^ (h >>> 15)) & (this.#table.length - 1);
      while (this.#table[i] !== undefined) i = (i + 1) & (this.#table.length - 1);
      this.#table[i] = t;
    }
  }

  /** Learn a type's meaning and template from a line of it. */
  #shape(type: EventType, line: TraceLine): void {
    const { buf, argsStart, argsEnd } = line;
    const loc = locationEnd(buf, argsStart, argsEnd);
    const where = latin1(buf, argsStart, loc);
    const { symbol, ret } = location(where);
    const spans = fields(buf, argsStart, argsEnd);
    // the `fields` trace option prints __probe_ip=SYMBOL and __probe_func=SYMBOL instead of a location
    const ip = spans.find((s) => s.key === '__probe_func') ?? spans.find((s) => s.key === '__probe_ip');
    const ipText = ip === undefined ? undefined : latin1(buf, ip.start, ip.end).replace(/\+0x.*$/, '');
    type.symbol =
      symbol ??
      (ipText !== undefined && /^[a-z_]/i.test(ipText) && !/^(?:0x)?[0-9a-f]{12,16}$/.test(ipText)
        ? ipText
        : undefined);
    const isRet = ret || spans.some((s) => s.key === '__probe_func' || s.key === '__probe_ret_ip');
    const what = probed(type.name, type.symbol, isRet);
    type.keys = spans.map((s) => s.key);
    type.location = loc - argsStart;
    if (what === undefined) return;
    const f = FUNCTIONS[what.fn];
    const kind = what.ret ? f.ret : f.entry;
    if (kind === undefined) return;
    type.kind = Kind[kind];
    type.fn = what.fn;
    this.#evidence(type, f.eras);
    type.bareHex = kind.startsWith('sys');
    const wanted = KIND_FIELDS[type.kind];
    const taken = new Set<string>();
    type.keys.forEach((key, k) => {
      const field = wanted.find((w) => w.names.includes(key) && !taken.has(`${w.slot} ${w.type}`));
      if (field !== undefined) {
        taken.add(`${field.slot} ${field.type}`);
        type.last = k + 1;
      }
      type.keyLength[k] = key.length;
      type.keyFirst[k] = key.charCodeAt(0);
      type.slot[k] = field?.slot ?? SKIP;
      type.type[k] = field === undefined ? NUM : TYPE[field.type];
    });
    // by position only where the fields follow each other with one blank and `=` between
    type.positional =
      !type.bareHex && spans.every((s, k) => s.start === (k === 0 ? loc : spans[k - 1].end) + 1 + s.key.length + 1);
    if (type.symbol !== undefined && type.others === undefined) type.others = new Map([[type.symbol, type]]);
  }

  /** Several probes may share one event name: find the type by the function its line shows. */
  #variant(type: EventType, buf: Uint8Array, start: number, end: number, line: TraceLine): EventType {
    const s = type.symbol as string;
    // `(SYMBOL+` or `<- SYMBOL)`; comparing first and last byte and the delimiter settles it on nearly every line
    const n = s.length;
    if (buf[start + 1] === s.charCodeAt(0) && buf[start + n] === s.charCodeAt(n - 1) && buf[start + 1 + n] === 43)
      return type;
    if (buf[end - 2] === s.charCodeAt(n - 1) && buf[end - 1 - n] === s.charCodeAt(0) && buf[end - 2 - n] === 32)
      return type;
    const { symbol } = location(latin1(buf, start, end));
    if (symbol === undefined || symbol === s) return type;
    const others = type.others as Map<string, EventType>;
    let other = others.get(symbol);
    if (other === undefined) {
      other = new EventType(type.name, type.system, type.bytes);
      this.#shape(other, line);
      others.set(symbol, other);
      this.types.push(other);
    }
    type.count--;
    other.count++;
    return other;
  }

  /** What the event's function, name and arguments say about the kernel. */
  #evidence(type: EventType, eras: string | undefined): void {
    const { name, keys } = type;
    const has = (key: string) => keys.includes(key);
    if (type.symbol !== undefined && eras !== undefined) this.era.fits(eras, `${type.symbol}()`);
    const own = type.system === '' || type.system === 'pindrift';
    if (type.symbol === undefined && own) {
      const all = FUNCTIONS.filter((f) => f.events?.includes(name));
      if (all.length > 0 && all.every((f) => f.eras !== undefined)) {
        this.era.fits(all.map((f) => f.eras).join(' '), `event ${name}`);
      }
    }
    const shape = (fits: string) => this.era.fits(fits, `arguments of ${name}`);
    if (name === 'new_anon') {
      if (has('compound')) shape('5.10');
      else if (has('rflags')) shape('6.12 7.2');
      else if (has('head')) shape('6.1');
    } else if (name === 'rmap_del') {
      if (has('folio')) shape('6.12 7.2');
      else if (has('mm')) shape('6.1');
      else shape('5.10');
    } else if (name === 'zap') shape(has('len') ? '7.2' : '5.10 6.1 6.12');
    else if (name === 'grab_slow') shape(has('refs') ? '6.12 7.2' : '5.10 6.1');
    else if (name === 'cprot') shape(keys.indexOf('prot') < keys.indexOf('cp') ? '5.10 6.1' : '6.12 7.2');
    else if (name === 'sched_process_exit' && has('group_dead')) shape('7.2');
  }
}

/** Symbol and form of a probe location as text. */
export function location(text: string): { symbol: string | undefined; ret: boolean } {
  const m = /^\((.*)\)$/.exec(text);
  if (m === null) return { symbol: undefined, ret: false };
  const sides = m[1].split(' <- ');
  const ret = sides.length === 2;
  const plain = (s: string) =>
    /^[a-z_.][\w.]*/i.test(s) && !/^[0-9a-f]{12,16}$/.test(s) ? /^[\w.]+/.exec(s)?.[0] : undefined;
  if (!ret) return { symbol: plain(sides[0]), ret };
  // ftrace prints (CALLER+0x.. <- FUNCTION), trace-cmd and perf (FUNCTION <- CALLER) as addresses
  const right = sides[1];
  return { symbol: right.includes('+0x') ? plain(sides[0]) : plain(right), ret };
}

/** What follows from the arguments of one kind, once they are all read. */
function finish(kind: number, rows: Float64Array, o: number): void {
  if (kind === Kind.newAnon) {
    // head=1: a compound page of 2^order pages, all mapped (order is garbage without it); 5.10 says compound=1 for a PMD
    const head = rows[o + Slot.PTE_HI];
    const compound = rows[o + Slot.N];
    rows[o + Slot.N] =
      head === 1
        ? 2 ** (rows[o + Slot.PTE_LO] & 15)
        : compound === 1
          ? 512
          : head === 0 || compound === 0
            ? 1
            : Number.NaN;
    rows[o + Slot.PTE_HI] = Number.NaN;
    rows[o + Slot.PTE_LO] = Number.NaN;
  } else if (kind === Kind.grab && Number.isNaN(rows[o + Slot.N])) rows[o + Slot.N] = 1;
}

/** Whether a line is an event at all; the reader's test, kept beside the decoder it guards. */
export const isEvent = (line: TraceLine): boolean => line.kind === LineKind.Event;
