// What the page table said before a record changed it. The transitions come when it is done; for a look at the state
// before, the entries that the record may touch are read first.

import type { Task } from '../model/frames.ts';
import type { Model } from '../model/model.ts';
import type { Mm } from '../model/state.ts';
import { Slot } from '../vocabulary/record.ts';

export class EntriesBefore {
  readonly #model: Model;
  readonly #entries = new Map<string, number | undefined>();

  constructor(model: Model) {
    this.#model = model;
    model.watch = (rows, o) => this.#look(rows, o);
  }

  /** Raw entry before the record, in a list of one; undefined when the record does not name the address. */
  of(mm: Mm, vpn: number): readonly [number | undefined] | undefined {
    const key = `${mm.id} ${vpn}`;
    return this.#entries.has(key) ? [this.#entries.get(key)] : undefined;
  }

  #look(rows: Float64Array, o: number): void {
    this.#entries.clear();
    const addr = rows[o + Slot.ADDR];
    const end = rows[o + Slot.END];
    for (const ptr of [rows[o + Slot.MM], rows[o + Slot.OTHER]]) {
      const mm = this.#model.knownMm(ptr);
      if (mm === undefined || mm.dead) continue;
      const vpn = this.#model.vpn(addr);
      this.#note(mm, vpn);
      for (const pin of this.#model.pinsIn(mm, vpn, Math.ceil(end / this.#model.machine.pageBytes)))
        this.#note(mm, pin.where);
    }
    const task = this.#model.knownTask(rows[o + Slot.PID]);
    if (task !== undefined) for (const frame of frames(task)) if (frame !== undefined) this.#note(frame.mm, frame.vpn);
  }

  #note(mm: Mm, vpn: number): void {
    this.#entries.set(`${mm.id} ${vpn}`, mm.entry(vpn));
  }
}

const frames = (t: Task): ({ mm: Mm; vpn: number } | undefined)[] => [
  t.wp,
  t.swap,
  t.unmap,
  t.hugetlb,
  t.migrateIn,
  t.collapse,
  t.devExcl,
  t.numaThp,
];
