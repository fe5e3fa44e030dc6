// The contract as JSON text: keys always in the same order, undefined left out, nothing that could act on
// a terminal. The shapes below are checked against contract.ts by the compiler: a new field does not build
// until it has its place here (and in docs/json.md and docs/schema/check.schema.json).
import type { Evidence, Finding, PinInfo } from '../../contract/finding.ts';
import type { CheckReport, Loss, RuleOutcome, Suppressed, TraceInfo, Unreadable } from '../../contract/report.ts';

/** Keys in the order they are written; `true` is a plain value or an array of them. */
type Shape<T> = { readonly [K in keyof T]-?: Place<NonNullable<T[K]>> };
type Place<V> = V extends readonly (infer E)[]
  ? E extends object
    ? Shape<E>
    : true
  : V extends object
    ? Shape<V>
    : true;

const LINE_KINDS = {
  event: true,
  header: true,
  blank: true,
  stack: true,
  lost: true,
  function: true,
  record: true,
  bad: true,
} as const;

const LOSS: Shape<Loss> = {
  kind: true,
  count: true,
  cpu: true,
  line: true,
  time: true,
  reason: true,
  samples: { line: true, text: true },
  from: { path: true, line: true },
};

const TRACE: Shape<TraceInfo> = {
  path: true,
  format: true,
  variant: true,
  kernel: true,
  era: true,
  eraFrom: true,
  clock: true,
  timeUnit: true,
  cpus: true,
  lines: true,
  events: true,
  mmEvents: true,
  bytes: true,
  lineKinds: LINE_KINDS,
  losses: LOSS,
  firstTime: true,
  lastTime: true,
  pins: { seen: true, released: true, presumed: true, open: true },
};

const RULE: Shape<RuleOutcome> = {
  id: true,
  verdict: true,
  findings: true,
  missing: true,
  still: true,
  notKept: true,
  undecidedIn: true,
  failed: { id: true, trace: true, handler: true, line: true, at: true, what: true },
};

const PIN: Shape<PinInfo> = {
  pid: true,
  tgid: true,
  comm: true,
  mm: true,
  address: true,
  pfn: true,
  page: true,
  api: true,
  caller: true,
  flags: true,
  time: true,
};

const EVIDENCE: Shape<Evidence> = {
  role: true,
  line: true,
  offset: true,
  record: { offset: true, unpacked: true, length: true },
  time: true,
  cpu: true,
  pid: true,
  task: true,
  fn: true,
  what: true,
  text: true,
  stack: true,
  from: { path: true, line: true },
};

const FINDING: Shape<Finding> = {
  n: true,
  rule: true,
  also: true,
  severity: true,
  confidence: true,
  doubts: true,
  selfInflicted: true,
  harm: true,
  pin: PIN,
  process: { pid: true, tgid: true, comm: true },
  mapping: { pfn: true, page: true, address: true },
  cause: true,
  evidence: EVIDENCE,
  message: true,
  why: true,
  fixedBy: true,
  advice: true,
  fingerprint: true,
  formerFingerprints: true,
  trace: true,
};

const SUPPRESSED: Shape<Suppressed> = { reason: true, until: true, finding: FINDING };
const UNREADABLE: Shape<Unreadable> = { path: true, reason: true };

/** The fields of a report, in the order in which they are printed. */
export const REPORT: Shape<CheckReport> = {
  schema: true,
  verdict: true,
  traces: TRACE,
  rules: RULE,
  findings: FINDING,
  suppressed: SUPPRESSED,
  unreadable: UNREADABLE,
};

/** The contract's objects, each as its JSON text. `indent` as in JSON.stringify. */
export const traceJson = (trace: TraceInfo, indent?: number) => jsonText(ordered(trace, TRACE), indent);
export const ruleJson = (rule: RuleOutcome, indent?: number) => jsonText(ordered(rule, RULE), indent);
export const findingJson = (finding: Finding, indent?: number) => jsonText(ordered(finding, FINDING), indent);
export const suppressedJson = (one: Suppressed, indent?: number) => jsonText(ordered(one, SUPPRESSED), indent);
export const unreadableJson = (one: Unreadable, indent?: number) => jsonText(ordered(one, UNREADABLE), indent);

/**
 * JSON text in which control, invisible and direction characters are escapes: the same data, and safe to
 * look at. JSON.stringify itself writes out C0 and lone surrogates only.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|\udb40[\udc00-\udc7f]/g,
    (chars) => [...chars].flatMap(units).join(''),
  );
}

function units(char: string): string[] {
  return Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`);
}

type AnyShape = { readonly [key: string]: AnyShape | true };

function ordered(value: unknown, shape: AnyShape | true): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (shape === true || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => ordered(item, shape));
  const from = value as Record<string, unknown>;
  const to: Record<string, unknown> = {};
  for (const [key, place] of Object.entries(shape)) to[key] = ordered(from[key], place);
  return to;
}
