// Why: which kinds and functions are known is a property of one vocabulary, not of the process. Rules come with probes of
// their own, and two checks side by side, with rules that contradict each other, must not see each other's.
import { eraNamed } from './era.ts';
import { FUNCTIONS, type KernelFunction } from './functions.ts';
import { KIND_FIELDS, KIND_NAMES, type KindField, type KindName } from './kinds.ts';
import { type FieldMeaning, functionsOf, meaningsOf, type Probe, type Probes, slotsOf } from './probes.ts';

/** Which function an event sits on. */
export interface Probed {
  fn: number;
  ret: boolean;
}

// Names that perf probe (`do_wp_page`, `do_wp_page_1`, `do_wp_page__return`), tracefs (`p_do_wp_page_0`,
// `r_do_wp_page_0`), fprobes (`do_wp_page__entry`, `do_wp_page__exit`) and bpftrace give.
const GENERATED = /^(?:(p|r|f|t)_)?(.+?)(__return|__exit|__entry|_ret|_return|_entry)?(?:_\d+)?$/;

/** Names that are written out where any of them would do. */
const MOST_NAMES = 4;

/** What is known: pindrift's own kinds and functions, and behind them those of the rules it was made for. Never changes. */
export class Catalogue {
  /** names by number: `kindNames[row[Slot.KIND]]` */
  readonly kindNames: readonly string[];
  /** fields by number of the kind */
  readonly fields: readonly (readonly KindField[])[];
  /** the index in this list is the number in a record's FN slot */
  readonly functions: readonly KernelFunction[];
  /** what rules added, by kind */
  readonly probes: Probes;
  readonly #kinds: ReadonlyMap<string, number>;
  readonly #byName = new Map<string, number>();
  readonly #byEvent = new Map<string, Probed>();

  constructor(probes: Probes = {}) {
    const added = Object.entries(probes);
    const functions = FUNCTIONS.map((f) => ({ ...f }));
    this.probes = probes;
    this.kindNames = [...KIND_NAMES, ...added.map(([kind]) => kind)];
    this.fields = [...KIND_FIELDS, ...added.map(([, probe]) => slotsOf(probe) ?? [])];
    this.functions = functions;
    this.#kinds = new Map(this.kindNames.map((name, i) => [name, i]));
    functions.forEach((f, i) => {
      if (i > 0) this.#learnFunction(f, i);
    });
    for (const [kind, probe] of added) this.#learnProbe(kind, probe, functions);
  }

  #learnFunction({ name, events }: KernelFunction, fn: number): void {
    if (!this.#byName.has(name)) this.#byName.set(name, fn);
    for (const [event, ret] of [
      [events?.[0], false],
      [events?.[1], true],
    ] as const)
      if (event !== undefined && !this.#byEvent.has(event)) this.#byEvent.set(event, { fn, ret });
  }

  #learnProbe(kind: string, probe: Probe, functions: KernelFunction[]): void {
    const ret = probe.on === 'return';
    for (const { name, events } of functionsOf(probe)) {
      const fn = this.#byName.get(name) ?? functions.push({ name }) - 1;
      this.#byName.set(name, fn);
      functions[fn][ret ? 'ret' : 'entry'] = kind as KindName;
      for (const event of events) this.#byEvent.set(event, { fn, ret });
    }
  }

  /**
   * The same with more probes.
   * @returns what is wrong with them, in words, where they do not fit
   */
  with(probes: Probes): Catalogue | string {
    const fresh = Object.entries(probes).filter(
      ([kind, probe]) => JSON.stringify(this.#probe(kind)) !== JSON.stringify(probe),
    );
    for (const [kind, probe] of fresh) {
      const problem = this.#problemOf(kind, probe);
      if (problem !== undefined) return problem;
    }
    return fresh.length === 0 ? this : new Catalogue({ ...this.probes, ...Object.fromEntries(fresh) });
  }

  #problemOf(kind: string, probe: Probe): string | undefined {
    if (!/^[a-z][A-Za-z0-9]*$/.test(kind)) return `probes.${kind}: a kind must be a name like vfioPin`;
    if (this.#probe(kind) !== undefined) return `probes.${kind}: another rule defines this kind differently`;
    if (this.#kinds.has(kind)) return `probes.${kind}: this is a built-in kind; handle it in \`events\``;
    const ret = probe.on === 'return';
    for (const { name } of functionsOf(probe)) {
      const fn = this.#byName.get(name);
      const meaning = fn === undefined ? undefined : this.functions[fn][ret ? 'ret' : 'entry'];
      if (meaning !== undefined)
        return `probes.${kind}: ${name} (${probe.on}) is known as ${meaning}; handle that in \`events\``;
    }
    const taken = probe.events?.find((event) => this.#byEvent.has(event));
    if (taken !== undefined) return `probes.${kind}: the event name ${taken} is already used`;
    return slotsOf(probe) === undefined
      ? `probes.${kind}: an event can have at most eight numbers, one mm and one symbol`
      : undefined;
  }

  #probe(kind: string): Probe | undefined {
    return Object.hasOwn(this.probes, kind) ? this.probes[kind] : undefined;
  }

  /** Number of a kind. */
  kind(name: string): number | undefined {
    return this.#kinds.get(name);
  }

  /** What the fields of a rule's kind are; undefined for pindrift's own. */
  meanings(kind: number): readonly FieldMeaning[] | undefined {
    const probe = this.#probe(this.kindNames[kind]);
    return probe && meaningsOf(probe);
  }

  /** `p:pindrift/vfio_pin vfio_pin_pages_remote npage=%cx:s64`, as the rule with the kind defines it for a kernel era. */
  probeLine(kind: string, era: string): string | undefined {
    const probe = this.#probe(kind);
    const lines = Object.entries(probe?.define ?? {});
    const of = (name: string | undefined) =>
      lines.find(([eras]) => eras === 'all' || eras.split(' ').includes(name ?? ''))?.[1];
    const on = of(era) ?? of(eraNamed(era)?.stock);
    if (probe === undefined || on === undefined) return undefined;
    const [type, ...rest] = on.trim().split(/\s+/);
    return `${type}:pindrift/${probe.events?.[0] ?? kind} ${rest.join(' ')}`;
  }

  /** Name of a function by its number. */
  fnName(index: number): string | undefined {
    return index > 0 ? this.functions[index]?.name.replace(/^tp:/, '') : undefined;
  }

  /**
   * The function's name in an era: own event names stand for another function on another kernel, and a text
   * without symbols shows the event name only.
   */
  fnNameIn(index: number, era: string | undefined): string | undefined {
    const f = this.functions[index];
    if (f === undefined || index === 0) return undefined;
    if (era === undefined || isIn(f, era)) return this.fnName(index);
    const same = this.functions.findIndex(
      (g) => g.entry === f.entry && g.events?.[0] === f.events?.[0] && g.eras?.split(' ').includes(era),
    );
    return this.fnName(same > 0 ? same : index);
  }

  /**
   * The functions whose probe says one of `kinds`, for people: `copy_page_range`, `return of do_wp_page`.
   * @param era only the functions of that era; all of them when undecided
   */
  probesFor(kinds: readonly string[], era: string | undefined): string {
    const names = new Set<string>();
    for (const kind of kinds) {
      const of = this.functions.filter((f) => f.entry === kind || f.ret === kind);
      const here = of.filter((f) => era === undefined || isIn(f, era));
      for (const f of here.length > 0 ? here : of)
        names.add(f.entry === kind ? f.name.replace(/^tp:/, '') : `return of ${f.name}`);
      if (of.length === 0) names.add(kind);
    }
    const all = [...names];
    const shown =
      all.length > MOST_NAMES ? [...all.slice(0, MOST_NAMES - 1), `${all.length - MOST_NAMES + 1} more`] : all;
    return shown.join(' or ');
  }

  /** What an event is, by its name and where its probe sits; kind undefined: nothing that is known. */
  meaning(event: string, symbol: string | undefined, ret: boolean): { kind: number | undefined; fn: number } {
    const at = this.probed(event, symbol, ret);
    if (at === undefined) return { kind: undefined, fn: 0 };
    const name = this.functions[at.fn][at.ret ? 'ret' : 'entry'];
    return { kind: name === undefined ? undefined : this.kind(name), fn: at.fn };
  }

  /**
   * Which function an event sits on.
   * @param event event name without its system
   * @param symbol probed function as the line shows it (`do_wp_page` of `(do_wp_page+0x0/0x470)`), if it shows one
   * @param ret the location has the form of a return probe (`A <- B`)
   */
  probed(event: string, symbol: string | undefined, ret: boolean): Probed | undefined {
    const own = this.#byEvent.get(event);
    if (symbol !== undefined) {
      const at =
        this.#byName.get(symbol) ?? this.#byName.get(symbol.replace(/\.(?:part|constprop|isra|cold)\.?\d*.*$/, ''));
      // a return probe with fetched entry arguments on the same function says more than the return value
      if (own !== undefined && this.functions[own.fn].entry === 'pinPages' && at !== undefined) return own;
      return at === undefined ? undefined : { fn: at, ret };
    }
    if (own !== undefined) return own;
    const exact = this.#byName.get(event);
    if (exact !== undefined) return { fn: exact, ret };
    const sys = /^sys_(?:enter_)?(\w+)$/.exec(event);
    if (sys !== null) {
      const at = this.#byName.get(`sys_${sys[1]}`);
      return at === undefined ? undefined : { fn: at, ret: false };
    }
    const m = GENERATED.exec(event);
    if (m === null) return undefined;
    const [, prefix, base, suffix] = m;
    const at = this.#byName.get(base) ?? this.#byName.get(`${base}_0`);
    if (at === undefined) return undefined;
    const isReturn = prefix === 'r' || ['__return', '__exit', '_ret', '_return'].includes(suffix);
    return { fn: at, ret: ret || isReturn };
  }
}

const isIn = ({ eras }: KernelFunction, era: string): boolean => eras === undefined || eras.split(' ').includes(era);

/** Nothing but pindrift's own. */
export const OWN_CATALOGUE = new Catalogue();

/** The catalogue for rules, whose probes were found to fit each other (engine/prepare.ts). */
export function catalogueFor(rules: readonly { readonly probes?: Probes | undefined }[] = []): Catalogue {
  let catalogue = OWN_CATALOGUE;
  for (const { probes } of rules) {
    const more = probes === undefined ? catalogue : catalogue.with(probes);
    if (typeof more === 'string') throw new Error(more);
    catalogue = more;
  }
  return catalogue;
}
