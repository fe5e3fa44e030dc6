// Rule view of the state of the mm, at the current place of the replay.
import type { Model as RawModel } from '../model/model.ts';
import { hex } from '../vocabulary/number.ts';
import { knownId, NONE, raw, View, views } from './view-base.ts';
import type * as view from './views.ts';
import type { Gap, Model, Torn, TraceFacts } from './views-model.ts';

export class ModelView extends View<RawModel> implements Model {
  #gaps: readonly Gap[] = NONE;
  protected override ref() {
    return 'the model';
  }
  #kind(kind: string) {
    return raw(this).catalogue.kind(kind);
  }
  seen(kind: string) {
    return raw(this).seen[this.#kind(kind) ?? -1] ?? 0;
  }
  recorded(kind: string) {
    const k = this.#kind(kind);
    return k !== undefined && raw(this).recorded(k);
  }
  get lacking(): readonly string[] {
    return Object.freeze(raw(this).catalogue.kindNames.filter((_, k) => raw(this).lacking[k] > 0));
  }
  armed(...kinds: string[]) {
    return kinds.every((kind) => raw(this).facts.armed?.has(this.#kind(kind) ?? -1) === true);
  }
  get counts() {
    return Object.freeze({ ...raw(this).counts });
  }
  get gaps(): readonly Gap[] {
    const { gaps } = raw(this);
    if (this.#gaps.length !== gaps.length) this.#gaps = Object.freeze(gaps.map((gap) => views(this).gap(gap)));
    return this.#gaps;
  }
  get facts(): TraceFacts {
    const { cpus, timeUnit, overwritten, unread, damage, filtered, unsaid, missed = NONE } = raw(this).facts;
    return Object.freeze({ cpus, timeUnit, overwritten, unread, damage, filtered, unsaid, missed });
  }
  get torn(): Torn {
    const { first, ...counts } = raw(this).torn;
    return Object.freeze({ ...counts, first: views(this).at(first) });
  }
  silentCpus() {
    return raw(this).silentCpus();
  }
  partial() {
    return raw(this).partial();
  }
  get held() {
    return views(this).pins([...raw(this).held]);
  }
  pinsOn(page: view.PageId) {
    return views(this).pins(raw(this).pinsByPage.get(page) ?? NONE);
  }
  get mms(): readonly view.Mm[] {
    return Object.freeze([...raw(this).allMms()].map((mm) => views(this).mm(mm)));
  }
  task(pid: number): view.Task | undefined {
    const task = raw(this).knownTask(pid);
    return task && { pid, tgid: knownId(task.tgid), mm: views(this).mm(task.mm) };
  }
  get pageBytes() {
    return raw(this).machine.pageBytes;
  }
  pagePointer(page: view.PageId) {
    return hex(raw(this).pointer(page));
  }
  pfn(page: view.PageId) {
    return raw(this).pfn(page);
  }
}
