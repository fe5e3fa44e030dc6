// Why: which kernel (or host) has which drifts, and which of them are new: one row per group, one column per kernel. An
// empty cell would mean that there is no problem; if no capture could decide, the cell says so.
import { type Baseline, type BaselineGroup, groupOf, knows, type Novelty, noveltyOf } from './baseline.ts';
import { byNumbers, type HostOf, kernelOf, type NamedReport, type StoryGroup } from './drifts.ts';

export type MatrixAxis = 'kernel' | 'host';

/** `.`: a capture could decide the rule, and does not have it; `?`: no capture could decide it. */
export type MatrixCell = number | '.' | '?';

/** `gone`: known, and not seen although the rule could decide; `unseen`: known, and no capture could decide. */
export type RowState = Novelty | 'new variant' | 'fixed' | 'gone' | 'unseen';

export interface MatrixRow {
  title: string;
  rules: string[];
  cells: MatrixCell[];
  /** undefined without a baseline */
  state?: RowState;
  /** the comment in the baseline */
  comment?: string;
}

export interface Matrix {
  columns: string[];
  rows: MatrixRow[];
}

/** A capture: its column, and whether it could decide a rule. */
interface Capture {
  column: string;
  decides: (rule: string) => boolean;
}

export function matrixOf(
  reports: readonly NamedReport[],
  groups: readonly StoryGroup[],
  axis: MatrixAxis,
  hostOf: HostOf,
  baseline: Baseline | undefined,
): Matrix {
  const captures = capturesIn(reports, axis, hostOf);
  const columns = [...new Set(captures.map(({ column }) => column))].toSorted(byNumbers);
  const quiet = (rules: readonly string[], column: string): '.' | '?' =>
    captures.some((one) => one.column === column && rules.every(one.decides)) ? '.' : '?';
  const rows = groups.map((group): MatrixRow => {
    const counts = new Map<string, number>();
    for (const { report } of reports)
      for (const finding of report.findings) {
        const trace = report.traces[finding.trace];
        if (trace === undefined || !group.variants.some(({ fingerprint }) => fingerprint === finding.fingerprint))
          continue;
        const column = axis === 'kernel' ? kernelOf(trace) : hostOf(trace.path);
        counts.set(column, (counts.get(column) ?? 0) + 1);
      }
    const cells = columns.map((column): MatrixCell => counts.get(column) ?? quiet(group.rules, column));
    return { title: group.title, rules: group.rules, cells, ...stateOf(baseline, group) };
  });
  const missing = missingFrom(baseline, reports).map(
    (known): MatrixRow => ({
      title: known.cause,
      rules: [known.rule],
      cells: columns.map((column) => quiet([known.rule], column)),
      state: absence(known, captures),
      comment: known.comment,
    }),
  );
  return { columns, rows: [...rows, ...missing] };
}

/** Groups of the baseline that no report shows. */
export function missingFrom(baseline: Baseline | undefined, reports: readonly NamedReport[]): BaselineGroup[] {
  const findings = reports.flatMap(({ report }) => report.findings);
  return (baseline?.groups ?? []).filter(
    ({ cause, fingerprints, rule }) =>
      !findings.some((one) => (one.rule === rule && one.cause === cause) || knows(fingerprints, one)),
  );
}

/** State of a group according to the baseline, with its comment; nothing without a baseline. */
export function stateOf(
  baseline: Baseline | undefined,
  { variants }: StoryGroup,
): { state?: RowState; comment?: string } {
  if (baseline === undefined) return {};
  const findings = variants.map(({ first }) => first.finding);
  const states = findings.map((finding): RowState => {
    const novelty = noveltyOf(baseline, finding);
    const group = novelty === 'new' ? groupOf(baseline, finding) : undefined;
    if (group === undefined) return novelty;
    return group.state === 'fixed' ? 'back' : 'new variant';
  });
  const order: readonly RowState[] = ['back', 'new', 'new variant', 'known', 'invalid'];
  const state = order.find((one) => states.includes(one)) ?? 'new';
  const comments = findings.flatMap((finding) => groupOf(baseline, finding)?.comment ?? []);
  const comment = [...new Set(comments)].filter((one) => one !== '').join('; ');
  return { state, ...(comment === '' ? {} : { comment }) };
}

/** A group that was not seen is gone only if a capture could decide its rule. */
function absence({ rule, state }: BaselineGroup, captures: readonly Capture[]): RowState {
  if (!captures.some(({ decides }) => decides(rule))) return 'unseen';
  return state === 'fixed' ? 'fixed' : 'gone';
}

function capturesIn(reports: readonly NamedReport[], axis: MatrixAxis, hostOf: HostOf): Capture[] {
  return reports.flatMap(({ report }) => {
    const rules = new Map(report.rules.map((rule) => [rule.id, rule]));
    return report.traces.map((trace, i) => ({
      column: axis === 'kernel' ? kernelOf(trace) : hostOf(trace.path),
      decides: (id: string) => {
        const rule = rules.get(id);
        if (rule === undefined) return false;
        // a report on several traces says of which a rule could not decide
        return rule.missing.length === 0 || rule.undecidedIn?.includes(i) === false;
      },
    }));
  });
}

/**
 * The host of a trace: the first group of `pattern` in the path; without a pattern the first directory below the common
 * one, or the file name up to its first dot.
 */
export function hostsBy(paths: readonly string[], pattern: RegExp | undefined): HostOf {
  if (pattern !== undefined) return (path) => pattern.exec(path)?.[1] ?? 'host not in the path';
  const folders = paths.map((path) => path.split('/').slice(0, -1));
  const [first = []] = folders;
  let shared = 0;
  while (shared < first.length && folders.every((folder) => folder[shared] === first[shared])) shared++;
  return (path) => {
    const parts = path.split('/').slice(shared);
    const [part = path] = parts;
    return parts.length > 1 ? part : part.replace(/(?<=.)\.(?!\d+\b).*$/, '');
  };
}
