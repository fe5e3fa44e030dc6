// The terminal report: each finding as a list of steps, then the input and the verdict.
import type { Finding, Severity, Verdict } from '../contract/finding.ts';
import { type CheckReport, NOT_KEPT, type TraceInfo } from '../contract/report.ts';
import { count } from '../util/count.ts';
import type { Reporter, ReportOptions } from './reporter.ts';
import { type Alike, alike, moreWords, numberRuns, worstFirst } from './shared/alike.ts';
import { clean, columns, shellWord, verbatim, wrap, wrapTip } from './shared/format.ts';
import { lossSamples, lossWords } from './shared/loss-words.ts';
import { type Paint, painter, type Style } from './shared/paint.ts';
import { stepKind } from './shared/steps.ts';
import { type Arrows, arrows, laidOutWidth, layOut, steps } from './shared/timeline.ts';
import {
  addressOf,
  clockWords,
  failureWords,
  formatWords,
  headline,
  kernelWords,
  losslessWords,
  notes,
  pathWords,
  pinOwner,
  pinsWords,
  sizeWords,
  stillWords,
  undecided,
  undecidedWords,
  verdictWords,
  weight,
  wholeReasons,
} from './shared/words.ts';

interface Look {
  paint: Paint;
  width: number;
  verbose: boolean;
  arrows: Arrows;
}

/** Columns left of the evidence table. */
const TABLE_INDENT = 4;
const LABEL_WIDTH = 6;
/** Minimum width for the layout; on a narrower terminal lines are wrapped by the terminal. */
const MIN_WIDTH = 40;
/** Maximum number of groups of undecided rules, and of losses of a trace, that are written out. */
const GROUPS_SHOWN = 6;
/** Maximum number of rules listed per reason. */
const RULES_NAMED = 12;
/** Maximum number of processes listed per note. */
const OWNERS_NAMED = 4;

const SEVERITY_STYLE: Readonly<Record<Severity, Style[]>> = {
  error: ['red', 'bold'],
  warning: ['yellow', 'bold'],
  note: ['cyan', 'bold'],
};
const VERDICT_STYLE: Readonly<Record<Verdict, Style[]>> = {
  violated: ['red', 'bold'],
  clean: ['green', 'bold'],
  'could-not-be-checked': ['yellow', 'bold'],
};

export const pretty: Reporter = {
  *render(report: CheckReport, options: ReportOptions): Iterable<string> {
    const look: Look = {
      paint: painter(options.color ?? false),
      width: Math.max(MIN_WIDTH, options.width ?? 80),
      verbose: options.verbose ?? false,
      arrows: arrows(options.unicode ?? true),
    };
    const sorted = worstFirst(report.findings);
    const told = look.verbose ? sorted : sorted.filter(({ severity }) => severity !== 'note');
    const groups = look.verbose ? told.map((first) => ({ first, more: [] })) : alike(told);
    const worst = headline(report);
    if (worst !== undefined)
      yield `${wrap(worst, look.width)
        .map((line) => look.paint(VERDICT_STYLE.violated, line))
        .join('\n')}\n\n`;
    for (const group of groups) yield `${findingLines(group, report, look).join('\n')}\n\n`;
    const folded = look.verbose ? [] : sorted.filter(({ severity }) => severity === 'note');
    if (folded.length > 0) yield `${noteLines(folded, report, look).join('\n')}\n\n`;
    yield `${summaryLines(report, look).join('\n')}\n`;
  },
};

function findingLines(group: Alike, report: CheckReport, look: Look): string[] {
  const finding = group.first;
  const { paint, width } = look;
  const trace = report.traces[finding.trace];
  const table = layOut(steps(finding, trace).map(look.arrows.step), width - TABLE_INDENT, look.arrows.parts);
  const indent = ' '.repeat(String(finding.n).length + 2);
  const out = header(finding, indent, Math.min(width, TABLE_INDENT + laidOutWidth(table)), look);
  if (report.traces.length > 1 && trace !== undefined) out.push(indent + paint('dim', `in ${pathWords(trace)}`));
  out.push(...wrap(clean(finding.message), width - indent.length).map((line) => indent + line), '');
  for (const { step, lines } of table) {
    const kind = stepKind(step.role);
    const style: Style[] = step.parts ? ['bold'] : kind === 'harm' ? ['red'] : [];
    out.push(...lines.map((line) => ' '.repeat(TABLE_INDENT) + paint(style, line)));
    if (look.verbose) {
      const raw = [step.evidence.text, ...(step.evidence.stack ?? [])].filter((line) => line !== '');
      out.push(...raw.map((line) => ' '.repeat(TABLE_INDENT + 2) + paint('dim', `| ${verbatim(line)}`)));
    }
  }
  const below = notes(finding, trace, moreWords(group));
  if (below.length > 0) out.push('', ...below.flatMap((note) => labelled(note.label, note.text, indent, look)));
  return out;
}

/** Notes of one rule form one line: their number, processes, finding numbers, and the message of the first. */
function noteLines(findings: readonly Finding[], report: CheckReport, look: Look): string[] {
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  const out = [...byRule].flatMap(([rule, of]) => {
    const owners = [...new Set(of.map(pinOwner).filter((owner) => owner !== ''))];
    const who = owners.length > OWNERS_NAMED ? `${owners.length} processes` : owners.join(', ');
    const head = `${look.paint(SEVERITY_STYLE.note, count(of.length, 'note'))}  ${look.paint('bold', clean(rule))}`;
    const cause = (of[0] as Finding).cause;
    const text = [clean(cause), who, `${of.length === 1 ? 'finding' : 'findings'} ${numberRuns(of)}`]
      .filter((part) => part !== '')
      .join('; ');
    return [head, ...wrap(text, look.width - 2).map((line) => `  ${line}`)];
  });
  const tip = `\`pindrift show ${argumentOf(report)} ${(findings[0] as Finding).n}\` shows one; --verbose shows all`;
  return [...out, ...wrapTip(tip, look.width - 2).map((line) => look.paint('dim', `  ${line}`))];
}

/** `1  swapin-cow-under-pin   error, certain                odirect[149]  0x7f13e7f30000` */
function header(finding: Finding, indent: string, right: number, look: Look): string[] {
  const { paint, width } = look;
  const rule = clean(finding.rule);
  const left = `${finding.n}  ${rule}   ${weight(finding)}`;
  const who = [pinOwner(finding), addressOf(finding)].filter((part) => part !== '').join('  ');
  const painted = `${paint('bold', `${finding.n}  ${rule}`)}   ${paint(SEVERITY_STYLE[finding.severity], finding.severity)}, ${finding.confidence}`;
  const gap = Math.min(width, Math.max(right, columns(left) + 3 + columns(who))) - columns(left) - columns(who);
  if (gap >= 3) return [(painted + ' '.repeat(gap) + paint('bold', who)).trimEnd()];
  return [painted, ...wrap(who, width - indent.length).map((line) => indent + paint('bold', line))];
}

function labelled(label: string, text: string, indent: string, { paint, width }: Look): string[] {
  const hang = indent.length + LABEL_WIDTH;
  return wrap(text, width - hang).map((line, i) =>
    i === 0 ? indent + paint('dim', label.padEnd(LABEL_WIDTH)) + line : ' '.repeat(hang) + line,
  );
}

function summaryLines(report: CheckReport, look: Look): string[] {
  const { paint } = look;
  const out = report.traces.flatMap((trace) => [...traceLines(trace, look), '']);
  for (const { path, reason } of report.unreadable ?? []) {
    out.push(paint('dim', 'trace  ') + paint('bold', clean(path)));
    out.push(
      ...hanging(`could not be read: ${clean(reason)}`, '       ', look.width).map((line) => paint('yellow', line)),
      '',
    );
  }
  out.push(...wrap(verdictWords(report), look.width).map((line) => paint(VERDICT_STYLE[report.verdict], line)));
  const whole = wholeReasons(report);
  // the first of them is in the verdict
  const isTold = report.verdict === 'could-not-be-checked';
  if (!isTold && whole.length > 0) out.push(paint('yellow', 'there may be more than was found:'));
  for (const reason of whole.slice(isTold ? 1 : 0)) out.push(...hanging(reason, '  - ', look.width));
  for (const failure of failureWords(report))
    out.push(...hanging(failure, '  ', look.width).map((line) => paint(VERDICT_STYLE.violated, line)));
  const still = stillWords(report);
  if (still !== undefined) out.push(...hanging(still, '  ', look.width).map((line) => paint('dim', line)));
  const groups = undecided(report);
  if (groups.length === 0) return out;
  if (!isTold || whole.length > 0) out.push(paint('yellow', `${undecidedWords(report)} could not decide:`));
  for (const group of groups.slice(0, GROUPS_SHOWN)) {
    const rules =
      look.verbose || group.rules.length <= RULES_NAMED ? group.rules.join(', ') : `${group.rules.length} rules`;
    out.push(...hanging(group.reason, '  - ', look.width));
    out.push(...wrap(rules, look.width - 4).map((line) => `    ${paint('dim', line)}`));
  }
  if (groups.length > GROUPS_SHOWN) out.push(`  - and ${count(groups.length - GROUPS_SHOWN, 'more reason')}`);
  const tip = `\`pindrift coverage ${argumentOf(report)}\` lists everything missing, and the probes to add${keptBy(report)}`;
  out.push(...wrapTip(tip, look.width - 2).map((line) => `  ${line}`));
  return out;
}

/** How the trace is named in a command; `TRACE` if there are several, or if the user has to keep it first. */
function argumentOf({ traces }: CheckReport): string {
  const [only, ...more] = traces;
  if (only === undefined || more.length > 0 || only.path === NOT_KEPT) return 'TRACE';
  return only.path === '-' ? '-' : clean(shellWord(only.path));
}

const keptBy = ({ traces }: CheckReport): string =>
  traces.some(({ path }) => path === NOT_KEPT) ? ' (`--keep TRACE` keeps the trace)' : '';

function traceLines(trace: TraceInfo, look: Look): string[] {
  const label = 'trace  ';
  const indent = ' '.repeat(label.length);
  const facts = [formatWords(trace), kernelWords(trace), clockWords(trace), sizeWords(trace), pinsWords(trace)];
  const out = [look.paint('dim', label) + look.paint('bold', pathWords(trace))];
  out.push(...facts.flatMap((fact) => hanging(fact, indent, look.width)));
  const lost = lossWords(trace.losses);
  for (const loss of lost.slice(0, GROUPS_SHOWN)) {
    out.push(...hanging(loss, indent, look.width).map((line) => look.paint('yellow', line)));
  }
  if (lost.length > GROUPS_SHOWN) {
    out.push(
      look.paint('yellow', `${indent}and ${lost.length - GROUPS_SHOWN} more kinds of loss; --json lists them all`),
    );
  }
  const samples = lossSamples(trace.losses).slice(0, look.verbose ? undefined : 1);
  out.push(...samples.map(({ line, text }) => look.paint('dim', `${indent}  :${line} | ${verbatim(text)}`)));
  return lost.length === 0 ? [...out, `${indent}${losslessWords(trace)}`] : out;
}

/** Wrapped text whose first line starts with `lead` and whose others are indented below it. */
function hanging(text: string, lead: string, width: number): string[] {
  return wrap(text, width - lead.length).map((line, i) => (i === 0 ? lead : ' '.repeat(lead.length)) + line);
}
