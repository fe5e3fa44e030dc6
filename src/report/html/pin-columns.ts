// Encodes pins as columns for the page, and decodes them there. Both directions are in this file so that they are
// changed together.
import type { PinLife } from '../../contract/report.ts';
import { clean } from '../shared/format.ts';
import { type Deltas, fromDeltas, HEX, HexColumn, type Hexes, StringTable, toDeltas, toHexes } from './columns.ts';

export interface PinColumns {
  count: number;
  words: string[];
  trace: Deltas;
  pid: Deltas;
  tgid: Deltas;
  comm: number[];
  mm: Hexes;
  address: Hexes;
  pfn: Hexes;
  /** struct page - 64 * pfn, which is vmemmap_base: the same for every page of a boot */
  vmemmap: Hexes;
  /** struct page, if there is no pfn to compute it from */
  page: Hexes;
  api: number[];
  caller: number[];
  kind: number[];
  flags: number[];
  owner: number[];
  line: Deltas;
  from: Deltas;
  /** time of the release relative to the last step (or to `from`); null while held */
  end: (number | null)[];
  state: number[];
  finding: Deltas;
  /** number of steps of each pin */
  steps: number[];
  stepRole: number[];
  stepLine: Deltas;
  /** relative to the previous step, or to `from` */
  stepTime: (number | null)[];
  stepCpu: Deltas;
  stepPid: Deltas;
  /** the phrase without its hex numbers */
  stepWhat: number[];
  /** the removed numbers, in order */
  whatHex: Hexes;
}

/**
 * Placeholders in a phrase: the pfn of the pin, its struct page, another number. Invisible characters, which clean text
 * never contains.
 */
const OWN_PFN = '\u2061';
const OWN_PAGE = '\u2062';
const OTHER = '\u2063';

/** sizeof(struct page) on x86-64 */
const STRUCT_PAGE = 64n;

export function toColumns(pins: readonly PinLife[]): PinColumns {
  const words = new StringTable();
  const known = new Map<string, number>();
  /** Cleaned once: the same few words come again and again. */
  const word = (text: string | undefined): number => {
    if (text === undefined) return 0;
    let id = known.get(text);
    if (id === undefined) {
      id = words.of(clean(text));
      known.set(text, id);
    }
    return id;
  };
  const hex = (pick: (pin: PinLife) => string | undefined) => toHexes(pins.map(pick), clean);
  const bases = pins.map(vmemmapBase);
  const steps = stepColumns(pins, words, word);
  return {
    count: pins.length,
    trace: toDeltas(pins.map((pin) => pin.trace)),
    pid: toDeltas(pins.map((pin) => pin.pid)),
    tgid: toDeltas(pins.map((pin) => pin.tgid)),
    comm: pins.map((pin) => word(pin.comm)),
    mm: hex((pin) => pin.mm),
    address: hex((pin) => pin.address),
    pfn: hex((pin) => pin.pfn),
    vmemmap: toHexes(bases, clean),
    page: hex((pin) => (vmemmapBase(pin) === undefined ? pin.page : undefined)),
    api: pins.map((pin) => word(pin.api)),
    caller: pins.map((pin) => word(pin.caller)),
    kind: pins.map((pin) => word(pin.kind)),
    flags: pins.map((pin) => word(pin.flags.join('|'))),
    owner: pins.map((pin) => word(pin.owner)),
    line: toDeltas(pins.map((pin) => pin.line)),
    from: toDeltas(pins.map((pin) => pin.from)),
    state: pins.map((pin) => word(pin.state)),
    finding: toDeltas(pins.map((pin) => pin.finding)),
    ...steps,
    words: words.list,
  };
}

function vmemmapBase({ page, pfn }: PinLife): string | undefined {
  if (page === undefined || pfn === undefined || !HEX.test(page) || !HEX.test(pfn)) return undefined;
  const base = BigInt(page) - BigInt(pfn) * STRUCT_PAGE;
  return base < 0n ? undefined : `0x${base.toString(16)}`;
}

function stepColumns(pins: readonly PinLife[], words: StringTable, word: (text: string) => number) {
  const count = pins.reduce((sum, pin) => sum + pin.steps.length, 0);
  const role = new Array<number>(count);
  const what = new Array<number>(count);
  const line = new Array<number>(count);
  const time = new Array<number | undefined>(count);
  const cpu = new Array<number | undefined>(count);
  const pid = new Array<number | undefined>(count);
  const end: (number | undefined)[] = [];
  const numbers: string[] = [];
  let at = 0;
  for (const pin of pins) {
    let last = pin.from ?? 0;
    for (const step of pin.steps) {
      role[at] = word(step.role);
      what[at] = words.of(phrase(step.what, pin, numbers));
      line[at] = step.line;
      // Relative to the previous step, or the pin: small, while the pins themselves are spread over the trace.
      time[at] = step.time === undefined ? undefined : step.time - last;
      last = step.time ?? last;
      cpu[at] = step.cpu;
      pid[at] = step.pid;
      at += 1;
    }
    end.push(pin.to === undefined ? undefined : pin.to - last);
  }
  return {
    end: plain(end),
    steps: pins.map((pin) => pin.steps.length),
    stepRole: role,
    stepLine: toDeltas(line),
    stepTime: plain(time),
    stepCpu: toDeltas(cpu),
    stepPid: toDeltas(pid),
    stepWhat: what,
    whatHex: toHexes(numbers, clean),
  };
}

const plain = (values: readonly (number | undefined)[]): (number | null)[] =>
  values.map((value) => (value === undefined || !Number.isFinite(value) ? null : value));

function phrase(what: string, pin: PinLife, numbers: string[]): string {
  const text = /^[\x20-\x7e]*$/.test(what) ? what : clean(what);
  if (!text.includes('0x')) return text;
  return text.replace(/0x[0-9a-f]+/g, (number) => {
    if (number === pin.pfn) return OWN_PFN;
    if (number === pin.page) return OWN_PAGE;
    numbers.push(number);
    return OTHER;
  });
}

const shown = (value: number | undefined): number | undefined =>
  value === undefined || Number.isNaN(value) ? undefined : value;

type WordColumn = 'comm' | 'api' | 'caller' | 'kind' | 'flags' | 'owner' | 'state';

/** Decoded columns for sorting and searching, with rows on demand: only those on the screen are made. */
export class PinTable {
  readonly count: number;
  readonly trace: Float64Array;
  readonly pid: Float64Array;
  readonly tgid: Float64Array;
  readonly line: Float64Array;
  readonly from: Float64Array;
  /** NaN while it is held, and if unknown */
  readonly held: Float64Array;
  readonly finding: Float64Array;
  readonly mm: HexColumn;
  readonly address: HexColumn;
  readonly pfn: HexColumn;
  readonly #vmemmap: HexColumn;
  readonly #page: HexColumn;
  readonly #columns: PinColumns;
  readonly #stepLine: Float64Array;
  readonly #stepTime: Float64Array;
  readonly #stepCpu: Float64Array;
  readonly #stepPid: Float64Array;
  readonly #whatHex: HexColumn;
  /** first step of each pin, and first hex number of each step */
  readonly #firstStep: Uint32Array;
  readonly #firstHex: Uint32Array;

  constructor(columns: PinColumns) {
    this.#columns = columns;
    this.count = columns.count;
    this.trace = fromDeltas(columns.trace);
    this.pid = fromDeltas(columns.pid);
    this.tgid = fromDeltas(columns.tgid);
    this.line = fromDeltas(columns.line);
    this.from = fromDeltas(columns.from);
    this.finding = fromDeltas(columns.finding);
    this.mm = new HexColumn(columns.mm);
    this.address = new HexColumn(columns.address);
    this.pfn = new HexColumn(columns.pfn);
    this.#vmemmap = new HexColumn(columns.vmemmap);
    this.#page = new HexColumn(columns.page);
    this.#stepLine = fromDeltas(columns.stepLine);
    this.#stepCpu = fromDeltas(columns.stepCpu);
    this.#stepPid = fromDeltas(columns.stepPid);
    this.#whatHex = new HexColumn(columns.whatHex);
    this.#firstStep = starts(columns.steps);
    const perWord = columns.words.map((word) => word.split(OTHER).length - 1);
    this.#firstHex = starts(columns.stepWhat.map((word) => perWord[word] ?? 0));
    [this.#stepTime, this.held] = this.#times();
  }

  /** A word of a column: `word('comm', 7)`. */
  word(column: WordColumn, i: number): string {
    return this.#columns.words[this.#columns[column][i] ?? 0] ?? '';
  }

  /** Numbers of the words of a column, to compare without making strings. */
  ids(column: WordColumn): readonly number[] {
    return this.#columns[column];
  }

  get words(): readonly string[] {
    return this.#columns.words;
  }

  page(i: number): string | undefined {
    const [base, pfn] = [this.#vmemmap.at(i), this.pfn.at(i)];
    return base === undefined || pfn === undefined
      ? this.#page.at(i)
      : `0x${(BigInt(base) + BigInt(pfn) * STRUCT_PAGE).toString(16)}`;
  }

  steps(i: number): PinLife['steps'] {
    const first = this.#firstStep[i] ?? 0;
    return Array.from({ length: this.#columns.steps[i] ?? 0 }, (_, k) => this.#step(i, first + k));
  }

  #times(): [steps: Float64Array, held: Float64Array] {
    const { end, stepTime, steps } = this.#columns;
    const times = new Float64Array(stepTime.length);
    const held = new Float64Array(this.count);
    for (let i = 0, at = 0; i < this.count; i++) {
      const from = this.from[i] ?? Number.NaN;
      let last = Number.isNaN(from) ? 0 : from;
      for (const stop = at + (steps[i] ?? 0); at < stop; at++) {
        const after = stepTime[at] ?? Number.NaN;
        last += Number.isNaN(after) ? 0 : after;
        times[at] = Number.isNaN(after) ? after : last;
      }
      held[i] = last + (end[i] ?? Number.NaN) - from;
    }
    return [times, held];
  }

  #step(pin: number, at: number): PinLife['steps'][number] {
    const { stepRole, stepWhat, words } = this.#columns;
    let next = this.#firstHex[at] ?? 0;
    const what = (words[stepWhat[at] ?? 0] ?? '').replace(/[\u2061-\u2063]/g, (mark) => {
      switch (mark) {
        case OWN_PFN:
          return this.pfn.at(pin) ?? '';
        case OWN_PAGE:
          return this.page(pin) ?? '';
        default:
          next += 1;
          return this.#whatHex.at(next - 1) ?? '';
      }
    });
    const [time, cpu, pid] = [this.#stepTime, this.#stepCpu, this.#stepPid].map((column) => shown(column[at]));
    return { role: words[stepRole[at] ?? 0] ?? '', line: this.#stepLine[at] ?? 0, time, cpu, pid, what };
  }
}

function starts(counts: readonly number[]): Uint32Array {
  const first = new Uint32Array(counts.length);
  let sum = 0;
  for (const [i, count] of counts.entries()) {
    first[i] = sum;
    sum += count;
  }
  return first;
}
