// Selects the findings and pins to show. Without DOM, for tests.
import type { Confidence, Severity } from '../../../contract/finding.ts';
import { groupBy } from '../../../util/group-by.ts';
import type { FindingView } from '../payload.ts';
import type { PinTable } from '../pin-columns.ts';
import { ownerOf, pageOf } from './pin-life.ts';

export interface FindingFilter {
  text: string;
  severities: ReadonlySet<Severity>;
  /** empty: all */
  rule: string;
  /** only the first finding of the same drift */
  fold: boolean;
  /** errors before warnings before notes, the most certain first; else trace order */
  worstFirst: boolean;
  /** findings of one drift in several captures are grouped, the worst drift first */
  byDrift?: boolean;
}

const SEVERITY: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };
const CONFIDENCE: Readonly<Record<Confidence, number>> = { certain: 0, high: 1, medium: 2, low: 3 };

export class FindingIndex {
  readonly #findings: readonly FindingView[];
  readonly #texts: string[] = [];

  constructor(findings: readonly FindingView[]) {
    this.#findings = findings;
  }

  /** Every word of the text must be somewhere in the finding or its trace lines. */
  matching({ byDrift, fold, rule, severities, text, worstFirst }: FindingFilter): FindingView[] {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.#findings.filter(
      (finding, i) =>
        severities.has(finding.severity) &&
        (rule === '' || finding.rule === rule) &&
        !(fold && finding.like !== undefined) &&
        words.every((word) => this.#text(finding, i).includes(word)),
    );
    const sorted = worstFirst || byDrift ? found.toSorted((a, b) => rank(a) - rank(b)) : found;
    return byDrift ? [...groupBy(sorted, driftOf).values()].flat() : sorted;
  }

  #text(finding: FindingView, i: number): string {
    const { confidence, facts, life, message, n, notes, owner, rule, severity, title } = finding;
    this.#texts[i] ??= [
      `#${n}`,
      rule,
      severity,
      confidence,
      title,
      message,
      owner,
      ...facts.flat(),
      ...notes.flat(),
      ...life.steps.flatMap((step) => [
        `${step.rel} ${step.cpu === undefined ? '' : `cpu${step.cpu}`} ${step.task} ${step.role} ${step.fn}`,
        `${step.what} :${step.line}`,
        step.text,
        ...(step.stack ?? []),
      ]),
    ]
      .join('\n')
      .toLowerCase();
    return this.#texts[i];
  }
}

const driftOf = ({ rule, title }: FindingView): string => `${rule} ${title}`;

/** A heading above the findings of one drift. */
export interface DriftHeading {
  heading: string;
  findings: number;
  traces: number;
}

/** @param sorted findings, grouped by drift */
export function withHeadings(sorted: readonly FindingView[]): (FindingView | DriftHeading)[] {
  return [...groupBy(sorted, driftOf).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    // folded findings count too
    const findings = group.reduce((sum, { more = 0 }) => sum + 1 + more, 0);
    const traces = new Set(group.map(({ trace }) => trace)).size;
    return [{ heading: first.title, findings, traces }, ...group];
  });
}

const rank = ({ confidence, severity }: FindingView): number => SEVERITY[severity] * 4 + CONFIDENCE[confidence];

export interface PinFilter {
  text: string;
  /** empty: all */
  state: string;
  kind: string;
  found: boolean;
}

export type PinOrder = 'from' | 'held' | 'process' | 'address' | 'page' | 'call' | 'line';

const SEARCHED = ['comm', 'api', 'caller', 'kind', 'flags', 'owner', 'state'] as const;

/** Whether the cells of a row contain the word: for text known only to the page, such as the name of its trace. */
export type CellSearch = (word: string) => (i: number) => boolean;

/** Indexes of the matching pins, in the requested order. */
export function choose(
  pins: PinTable,
  filter: PinFilter,
  order: PinOrder,
  descending: boolean,
  cells: CellSearch = () => () => false,
): Uint32Array {
  const matches = matcher(pins, filter, cells);
  const chosen = new Uint32Array(pins.count);
  let count = 0;
  for (let i = 0; i < pins.count; i++) {
    if (matches(i)) {
      chosen[count] = i;
      count += 1;
    }
  }
  const keys = keysOf(pins, order);
  const sign = descending ? -1 : 1;
  // Times and lines of different traces cannot be compared.
  const trace = order === 'from' || order === 'line' ? pins.trace : undefined;
  return chosen.slice(0, count).sort((a, b) => {
    if (trace !== undefined && trace[a] !== trace[b]) return (trace[a] ?? 0) - (trace[b] ?? 0);
    const [x = Number.NaN, y = Number.NaN] = [keys[a], keys[b]];
    // Unknown values come last in both directions.
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return sign * (x - y) || a - b;
  });
}

function matcher(pins: PinTable, { found, kind, state, text }: PinFilter, cells: CellSearch): (i: number) => boolean {
  const tests: ((i: number) => boolean)[] = [];
  if (state !== '') tests.push((i) => pins.word('state', i) === state);
  if (kind !== '') tests.push((i) => pins.word('kind', i) === kind);
  if (found) tests.push((i) => !Number.isNaN(pins.finding[i] ?? Number.NaN));
  for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const [inColumns, inCells] = [wordTest(pins, word), cells(word)];
    tests.push((i) => inColumns(i) || inCells(i));
  }
  return (i) => tests.every((test) => test(i));
}

/** The few distinct words are searched once; numbers are formatted only if they may match. */
function wordTest(pins: PinTable, word: string): (i: number) => boolean {
  const hits = new Set(pins.words.flatMap((one, id) => (one.toLowerCase().includes(word) ? [id] : [])));
  const columns = SEARCHED.map((name) => pins.ids(name));
  const inWords = (i: number) => columns.some((ids) => hits.has(ids[i] ?? 0));
  const decimal = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  const inNumbers = (i: number) => pins.pid[i] === decimal || pins.tgid[i] === decimal || pins.line[i] === decimal;
  const inHex = /^(0x)?[0-9a-f]+$/.test(word)
    ? (i: number) =>
        [pins.address.at(i), pins.pfn.at(i), pins.page(i), pins.mm.at(i)].some((hex) => hex?.includes(word))
    : () => false;
  return (i) => inWords(i) || inNumbers(i) || inHex(i) || isShown(pins, i, word);
}

/** Text that a cell shows but no column contains: `postgres[134]`, and the word before a page. */
function isShown(pins: PinTable, i: number, word: string): boolean {
  if (word.includes('[')) return ownerOf(pins, i).toLowerCase().includes(word);
  return (word === 'pfn' || word === 'page') && pageOf(pins, i).startsWith(word);
}

function keysOf(pins: PinTable, order: PinOrder): ArrayLike<number> {
  switch (order) {
    case 'from':
      return pins.from;
    case 'held':
      return pins.held;
    case 'address':
      return pins.address.offsets;
    case 'page':
      return pins.pfn.offsets;
    case 'line':
      return pins.line;
    case 'process':
      return ranks(pins, 'comm');
    case 'call':
      return ranks(pins, 'api');
  }
}

function ranks(pins: PinTable, column: 'comm' | 'api'): number[] {
  const rank = new Map(pins.words.toSorted().map((word, i) => [word, i]));
  return pins.ids(column).map((id) => rank.get(pins.words[id] ?? '') ?? 0);
}

/** Paths without their common directories. */
export function shortNames(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split('/'));
  const [first = []] = parts;
  const same = first.findIndex((part, i) => i === first.length - 1 || parts.some((other) => other[i] !== part));
  return paths.length < 2 ? [...paths] : parts.map((all) => all.slice(Math.max(0, same)).join('/'));
}
