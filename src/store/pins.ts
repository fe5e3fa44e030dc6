// The lives of the pins, written as they end. Only the pins that are held stay in memory.
import type Database from 'better-sqlite3';
import type { Model } from '../model/model.ts';
import { PAGE_BYTES, type Pin, STRUCT_PAGE, type Step } from '../model/state.ts';
import { sqlText } from './bytes.ts';
import type { Tasks } from './intern.ts';
import { idOf } from './schema.ts';

/** What the engine calls things: pages, flags, steps. Asked when a pin is written. */
export interface PinWords {
  flags(pin: Pin): string[];
  what(step: Step, pin: Pin): string;
  fn(index: number): string | undefined;
  symbol(index: number): string | undefined;
}

/** Ended pins are written so many at a time: by then more is known about the kernel than when they ended. */
const WAITING = 20_000;

export class PinKeeper {
  readonly #insert: Database.Statement;
  readonly #db: Database.Database;
  readonly #trace: number;
  readonly #model: Model;
  readonly #tasks: Tasks;
  readonly #words: () => PinWords;
  /** held pins with their task */
  readonly #held = new Map<Pin, number>();
  #ended: [Pin, number][] = [];

  constructor(db: Database.Database, trace: number, model: Model, tasks: Tasks, words: () => PinWords) {
    this.#db = db;
    this.#trace = trace;
    this.#model = model;
    this.#tasks = tasks;
    this.#words = words;
    this.#insert = db.prepare(`insert into pin values (null, ${new Array(29).fill('?').join(', ')})`);
    model.on('pin', ({ pin }) => {
      this.#held.set(pin, this.#tasks.latest(pin.call.at.pid));
      if (this.#held.size > WAITING) this.#writeOrphans();
    });
    model.on('release', ({ pin }) => this.#end(pin));
  }

  /** The trace is over: write what is left, and what became known too late. */
  finish(): void {
    for (const pin of [...this.#held.keys()]) this.#end(pin);
    this.#flush();
    const { pfnBase } = this.#model;
    if (!Number.isNaN(pfnBase)) {
      this.#db
        .prepare('update pin set pfn = page / 64 - ? where trace = ? and pfn is null and page is not null')
        .run(BigInt(pfnBase), this.#trace);
    }
  }

  #end(pin: Pin): void {
    const task = this.#held.get(pin);
    if (task === undefined) return;
    this.#held.delete(pin);
    this.#ended.push([pin, task]);
    if (this.#ended.length >= WAITING) this.#flush();
  }

  /** Pins whose address space is gone may never be released; they must not fill the memory. */
  #writeOrphans(): void {
    for (const pin of this.#held.keys()) if (pin.state === 'orphan') this.#end(pin);
  }

  #flush(): void {
    const words = this.#words();
    for (const [pin, task] of this.#ended) this.#write(pin, task, words);
    this.#ended = [];
  }

  #write(pin: Pin, task: number, words: PinWords): void {
    const { call } = pin;
    const { at, heldAt } = call;
    const to = pin.releasedAt;
    const steps = pin.steps.map((s) => ({
      role: s.role,
      line: s.at.line,
      time: shown(s.at.ts),
      cpu: id(s.at.cpu),
      pid: id(s.at.pid),
      what: words.what(s, pin),
    }));
    this.#insert.run(
      ...[this.#trace, pin.state === 'released' && pin.presumed ? 'presumed' : pin.state, null],
      ...[id(at.pid), id(at.tgid), task > 0 ? task : null],
      ...[pin.mm?.ptr, pin.vpn * PAGE_BYTES, pin.page * STRUCT_PAGE, this.#model.pfn(pin.page)].map(shown),
      ...[words.fn(call.fn) ?? null, call.kind, call.write ? 1 : 0, call.longterm ? 1 : 0],
      ...[
        shown(call.flags),
        words.flags(pin).join('|'),
        sqlOrNull(words.symbol(call.caller)),
        pin.owner ?? null,
        pin.pageFrom,
      ],
      ...[idOf(this.#trace, at.offset), at.line, shown(call.nr), shown(heldAt.ts)],
      ...[shown(to?.ts), to === undefined ? null : idOf(this.#trace, to.offset), shown(to?.line)],
      ...[to === undefined ? null : shown(to.ts - heldAt.ts), pin.drifts],
      steps.length === 0 ? null : JSON.stringify(steps),
    );
  }
}

const shown = (n: number | undefined): number | null => (n === undefined || Number.isNaN(n) ? null : n);
const id = (n: number): number | null => (n >= 0 ? n : null);
const sqlOrNull = (text: string | undefined): string | Buffer | null => (text === undefined ? null : sqlText(text));

/** Findings and the pins they speak about, once both are there. */
export function linkPins(db: Database.Database): void {
  db.exec(`update pin set finding = f.n from finding f, evidence e
    where e.finding = f.n and e.role = 'pin' and pin.trace = f.trace and pin.line = e.line and pin.addr is f.addr`);
}
