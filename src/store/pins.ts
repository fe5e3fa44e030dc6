// The lifetimes of the pins, written as they end. Only live pins stay in memory.
import type Database from 'better-sqlite3';
import type { Model } from '../model/model.ts';
import type { Pin, Step } from '../model/state.ts';
import type { Shared } from './event-sink.ts';
import type { CellValue } from './row-writer.ts';

/** Names for pages, flags and steps, from the engine. Used when a pin is written. */
export interface PinWords {
  flags(pin: Pin): string[];
  what(step: Step, pin: Pin): string;
  fn(index: number): string | undefined;
  symbol(index: number): string | undefined;
}

/** Ended pins are written in batches of this size: by then more is known about the kernel. */
const WAITING = 1000;

export class PinKeeper {
  readonly #shared: Shared;
  readonly #trace: number;
  readonly #model: Model;
  readonly #words: () => PinWords;
  /** held pins with their task */
  readonly #held = new Map<Pin, number>();
  #ended: [Pin, number][] = [];
  /** pins were written before pfn 0 was known */
  #early = false;

  constructor(trace: number, model: Model, shared: Shared, words: () => PinWords) {
    this.#trace = trace;
    this.#model = model;
    this.#shared = shared;
    this.#words = words;
    model.on('pin', ({ pin }) => {
      this.#held.set(pin, shared.tasks.latest(pin.call.at.pid));
      if (this.#held.size % WAITING === 0) this.#endOthers();
    });
    model.on('release', ({ pin }) => this.#end(pin));
  }

  /** End of the trace: write the rest. */
  finish(): void {
    for (const pin of [...this.#held.keys()]) this.#end(pin);
    this.#flush();
    if (this.#early && this.#model.machine.structPage === 64)
      this.#shared.pfnBases.set(this.#trace, this.#model.pfnBase);
  }

  #end(pin: Pin): void {
    const task = this.#held.get(pin);
    if (task === undefined) return;
    this.#held.delete(pin);
    this.#ended.push([pin, task]);
    if (this.#ended.length >= WAITING) this.#flush();
  }

  /**
   * Pins whose address space has ended may never be released, and the end of transient ones is not reported; they must
   * not fill the memory.
   */
  #endOthers(): void {
    for (const pin of this.#held.keys()) if (pin.state !== 'held') this.#end(pin);
  }

  #flush(): void {
    const words = this.#words();
    for (const [pin, task] of this.#ended) this.#write(pin, task, words);
    this.#early ||= Number.isNaN(this.#model.pfnBase);
    this.#ended = [];
  }

  #write(pin: Pin, task: number, words: PinWords): void {
    const { call, pageFrom, drifts } = pin;
    const { at, heldAt, kind } = call;
    const to = pin.releasedAt;
    this.#shared.writer.row('pin', ++this.#shared.pins, [
      this.#trace,
      pin.state === 'released' && pin.presumed ? 'presumed' : pin.state,
      null,
      id(at.pid),
      id(at.tgid),
      task > 0 ? task : null,
      shown(pin.mm?.ptr),
      shown(pin.vpn * this.#model.machine.pageBytes),
      shown(this.#model.pointer(pin.page)),
      shown(this.#model.pfn(pin.page)),
      words.fn(call.fn) ?? null,
      kind,
      call.write === undefined ? null : call.write ? 1 : 0,
      call.longterm ? 1 : 0,
      shown(call.flags),
      words.flags(pin).join('|'),
      textOrNull(words.symbol(call.caller)),
      pin.owner ?? null,
      pageFrom,
      this.#shared.ids.of(this.#trace, at.offset),
      at.line,
      shown(call.nr),
      shown(heldAt.ts),
      shown(to?.ts),
      to === undefined ? null : this.#shared.ids.of(this.#trace, to.offset),
      shown(to?.line),
      to === undefined ? null : shown(to.ts - heldAt.ts),
      drifts,
      stepsOf(pin, words),
    ]);
  }
}

/** JSON by hand: a pin has several steps, which contain mostly numbers. */
function stepsOf(pin: Pin, words: PinWords): string | null {
  if (pin.steps.length === 0) return null;
  let list = '';
  for (const step of pin.steps) {
    const { line, ts, cpu, pid } = step.at;
    const what = JSON.stringify(words.what(step, pin));
    list += `${list === '' ? '[' : ','}{"role":"${step.role}","line":${line},"time":${shown(ts)},"cpu":${id(cpu)},"pid":${id(pid)},"what":${what}}`;
  }
  return `${list}]`;
}

const shown = (n: number | undefined): number | null => (n === undefined || Number.isNaN(n) ? null : n);
const id = (n: number): number | null => (n >= 0 ? n : null);

/** Text as used in pindrift: one character per byte. */
function textOrNull(text: string | undefined): CellValue {
  if (text === undefined) return null;
  const buf = Buffer.from(text, 'latin1');
  return { buf, start: 0, end: buf.length };
}

/** Links findings to their pins, and adds page frame numbers that were not known in time. */
export function linkPins(db: Database.Database, pfnBases: ReadonlyMap<number, number>): void {
  db.exec(`update pin set finding = f.n from finding f, evidence e
    where e.finding = f.n and e.role = 'pin' and pin.trace = f.trace and pin.line = e.line and pin.addr is f.addr`);
  const update = db.prepare('update pin set pfn = page / 64 - ? where trace = ? and pfn is null and page is not null');
  for (const [trace, base] of pfnBases) if (!Number.isNaN(base)) update.run(BigInt(base), trace);
}
