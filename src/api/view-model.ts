// Rule view of the state of the mm, at the current place of the replay.
import type { Model as RawModel } from '../model/model.ts';
import { knownId, NOTHING, pointer, View, type ViewSource } from './view-base.ts';
import type * as view from './views.ts';
import type { Gap, Model, Torn, TraceFacts } from './views-model.ts';

export class ModelView extends View implements Model {
  readonly #r: RawModel;
  readonly #v: ViewSource;
  #gaps: readonly Gap[] = NOTHING;
  constructor(r: RawModel, v: ViewSource) {
    super();
    this.#r = r;
    this.#v = v;
  }
  protected override ref() {
    return 'the model';
  }
  #kind(kind: string) {
    return this.#r.catalogue.kind(kind);
  }
  seen(kind: string) {
    return this.#r.seen[this.#kind(kind) ?? -1] ?? 0;
  }
  recorded(kind: string) {
    const k = this.#kind(kind);
    return k !== undefined && this.#r.recorded(k);
  }
  get lacking(): readonly string[] {
    return Object.freeze(this.#r.catalogue.kindNames.filter((_, k) => this.#r.lacking[k] > 0));
  }
  armed(...kinds: string[]) {
    return kinds.every((kind) => this.#r.facts.armed?.has(this.#kind(kind) ?? -1) === true);
  }
  get counts() {
    return Object.freeze({ ...this.#r.counts });
  }
  get gaps(): readonly Gap[] {
    const { gaps } = this.#r;
    if (this.#gaps.length !== gaps.length) this.#gaps = Object.freeze(gaps.map((gap) => this.#v.gap(gap)));
    return this.#gaps;
  }
  get facts(): TraceFacts {
    const { cpus, timeUnit, overwritten, unread, damage, filtered, unsaid, missed = NOTHING } = this.#r.facts;
    return Object.freeze({ cpus, timeUnit, overwritten, unread, damage, filtered, unsaid, missed });
  }
  get torn(): Torn {
    const { first, ...counts } = this.#r.torn;
    return Object.freeze({ ...counts, first: this.#v.at(first) });
  }
  silentCpus() {
    return this.#r.silentCpus();
  }
  partial() {
    return this.#r.partial();
  }
  get held() {
    return this.#v.pins([...this.#r.held]);
  }
  pinsOn(page: view.PageId) {
    return this.#v.pins(this.#r.pinsByPage.get(page) ?? NOTHING);
  }
  get mms(): readonly view.Mm[] {
    return Object.freeze([...this.#r.mms.values()].map((mm) => this.#v.mm(mm)));
  }
  task(pid: number): view.Task | undefined {
    const task = this.#r.tasks.get(pid);
    return task && { pid, tgid: knownId(task.tgid), mm: this.#v.mm(task.mm) };
  }
  get pageBytes() {
    return this.#r.machine.pageBytes;
  }
  pagePointer(page: view.PageId) {
    return pointer(this.#r.pointer(page));
  }
  pfn(page: view.PageId) {
    return this.#r.pfn(page);
  }
}
