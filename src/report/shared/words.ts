// What every report for people says in the same words: the verdict, who held the pin, what a trace was,
// what it lost, and which rules could not decide. All text is safe to print; markup is the reporter's job.
import { type Finding, type Harm, type Origin, SEVERITY_RANK, type Severity } from '../../contract/finding.ts';
import { absenceOf, isOutside } from '../../contract/reason.ts';
import {
  type CheckReport,
  INSUFFICIENT_EVIDENCE,
  NO_GUP_CALL,
  type RuleFailed,
  type TraceInfo,
} from '../../contract/report.ts';
import { count, grouped } from '../../util/count.ts';
import { adviceWords, fixWords } from './fix-words.ts';
import { clean, duration } from './format.ts';
import { sentence } from './sentence.ts';

const HARM_WORDS: Readonly<Record<Harm, string>> = {
  'lost-dma-write': 'data a device wrote for WHO never arrived in its memory',
  'stale-device-read': 'a device read a page that WHO no longer writes to',
  leak: 'memory of another process can be read through a pin of WHO',
  corruption: 'memory of WHO was corrupted',
};

/**
 * The worst of a report in one sentence: what was lost, whose it was, when, and which finding tells it.
 * @param counted with how many findings there are in front
 */
export function headline(report: CheckReport, counted = true): string | undefined {
  const [worst] = report.findings
    .filter(({ severity }) => severity !== 'note')
    .toSorted(
      (a, b) =>
        SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || Number(b.harm.length > 0) - Number(a.harm.length > 0),
    );
  if (worst === undefined) return undefined;
  const who = pinOwner(worst) || 'a process';
  const [harm] = worst.harm;
  const what = harm === undefined ? withoutHarm(worst, who) : HARM_WORDS[harm].replaceAll('WHO', who);
  const trace = report.traces[worst.trace];
  const at =
    worst.evidence.find(({ role }) => role === 'copy' || role === 'reuse')?.time ?? worst.evidence.at(-1)?.time;
  const when =
    at === undefined || trace?.firstTime === undefined || trace.timeUnit === 'none'
      ? ''
      : `, ${duration(at - trace.firstTime, trace.timeUnit)} into the trace`;
  const told = `${what}${when} (finding ${worst.n}, ${worst.rule})`;
  return counted ? `${severityWords(report.findings)}: ${told}` : told;
}

/** Only where another page is mapped did page and mapping part; else (a livelock, a refused pin) the cause says what it is. */
const withoutHarm = ({ cause, mapping, pin }: Finding, who: string): string =>
  mapping?.pfn !== undefined && pin.pfn !== undefined && mapping.pfn !== pin.pfn
    ? `an address of ${who} no longer maps the page pinned there`
    : `${clean(cause)} (${who})`;

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** `violated: 1 error, 2 notes`, `clean but for 2 notes: 9 rules held over 1 pin`, `could not be checked: 1 pin was never seen to be released`; and what was suppressed. */
export function verdictWords(report: CheckReport): string {
  const { suppressed = [] } = report;
  return `${unsuppressedWords(report)}${suppressed.length === 0 ? '' : `; ${count(suppressed.length, 'finding')} suppressed`}`;
}

function unsuppressedWords(report: CheckReport): string {
  switch (report.verdict) {
    case 'violated':
      return [`violated: ${findingWords(report) || 'no finding'}`, ...unreadableWords(report)].join('; ');
    case 'clean': {
      // a rule whose findings are accepted did not hold
      const broken = new Set((report.suppressed ?? []).flatMap(({ finding }) => [finding.rule, ...finding.also]));
      // what decides about the whole is not one of the rules that looked
      const held = report.rules.filter(
        ({ id, verdict }) => verdict === 'clean' && id !== INSUFFICIENT_EVIDENCE && !broken.has(id),
      ).length;
      const pins = report.traces.reduce((sum, trace) => sum + trace.pins.seen, 0);
      // what is left are notes
      const notes = report.findings.length === 0 ? '' : ` except for ${findingWords(report)}`;
      const still = report.rules.filter((rule) => rule.verdict === 'clean' && rule.still !== undefined).length;
      const ground = still === 0 ? '' : `; for ${grouped(still)} of them the events they look for did not occur`;
      return `clean${notes}: ${held === 1 ? '1 rule' : `${grouped(held)} rules`} checked ${count(pins, 'pin')}${ground}`;
    }
    case 'could-not-be-checked':
      return `could not be checked: ${whyNotWords(report)}${report.findings.length === 0 ? '' : `; ${findingWords(report)}`}`;
  }
}

function whyNotWords(report: CheckReport): string {
  const [first, ...more] = wholeReasons(report);
  if (first === undefined) return undecidedWords(report);
  return more.length === 0 ? first : `${first}; and ${count(more.length, 'more reason')}`;
}

/** Why the traces as a whole cannot be called clean, the weightiest first. */
export function wholeReasons(report: CheckReport): string[] {
  const whole = report.rules.find(({ id }) => id === INSUFFICIENT_EVIDENCE);
  const undecided = whole?.verdict === 'could-not-be-checked' ? whole.missing.map(clean) : [];
  return report.verdict === 'violated' ? undecided : [...unreadableWords(report), ...undecided];
}

/** `1 of 420 traces could not be read`, if so. */
function unreadableWords({ traces, unreadable = [] }: CheckReport): string[] {
  const of = count(traces.length + unreadable.length, 'trace');
  return unreadable.length === 0 ? [] : [`${grouped(unreadable.length)} of ${of} could not be read`];
}

/** `1 error, 512 notes and 60 more, counted only`; empty without findings. */
function findingWords({ findings, rules }: CheckReport): string {
  const more = rules.reduce((sum, rule) => sum + (rule.notKept ?? 0), 0);
  return `${severityWords(findings)}${more === 0 ? '' : ` and ${grouped(more)} more, counted only`}`;
}

/** `1 error, 2 warnings`; empty without findings. */
export function severityWords(findings: readonly Finding[]): string {
  return SEVERITIES.flatMap((severity) => {
    const n = findings.filter((finding) => finding.severity === severity).length;
    return n === 0 ? [] : [count(n, severity)];
  }).join(', ');
}

/** Rules that could not decide for the same reasons, which are one line. */
export interface Undecided {
  reason: string;
  rules: string[];
}

const STILL_SHOWN = 4;

/** What rules look for and what did not happen, as far as they held: its probes were armed and never hit. */
export function stillWords(report: CheckReport): string | undefined {
  const held = report.rules.filter((rule) => rule.verdict === 'clean');
  const still = new Set(held.flatMap((rule) => rule.still ?? []));
  const shown = [...still].slice(0, STILL_SHOWN).map(clean);
  const more = still.size > shown.length ? [`and ${still.size - shown.length} more`] : [];
  return still.size === 0 ? undefined : `enabled and never hit: ${[...shown, ...more].join('; ')}`;
}

/** The rules that could not decide, those with the same reasons together, in the order of the report; see also {@link wholeReasons}. */
export function undecided(report: CheckReport): Undecided[] {
  const groups = new Map<string, { missing: string[]; rules: string[] }>();
  const whole = wholeReasons(report);
  for (const rule of report.rules) {
    // what failed is told apart
    if (
      rule.id === INSUFFICIENT_EVIDENCE ||
      rule.verdict !== 'could-not-be-checked' ||
      (rule.failed !== undefined && rule.missing.length === rule.failed.length)
    ) {
      continue;
    }
    const missing = rule.missing.includes(NO_GUP_CALL) ? [NO_GUP_CALL] : rule.missing.map(clean);
    const key = missing.toSorted().join('\n');
    const group = groups.get(key) ?? { missing, rules: [] };
    group.rules.push(clean(rule.id));
    groups.set(key, group);
  }
  // what this kernel does not have, no other capture of it will show: last
  return [...groups.values()]
    .sort((a, b) => Number(a.missing.some(isOutside)) - Number(b.missing.some(isOutside)))
    .map(({ missing, rules }) => ({ reason: groupWords(missing, whole), rules }));
}

/** What has just been said of the whole trace is not said again. */
const groupWords = (missing: readonly string[], whole: readonly string[]): string =>
  missing.length > 0 && missing.every((reason) => whole.includes(reason))
    ? `for the ${whole.length === 1 ? 'reason' : 'reasons'} above`
    : reasonWords(missing);

/**
 * Why rules could not decide, in one line: what was never seen and what the kernel does not have are named once each,
 * `never seen: make_device_exclusive and its return; copy_page_range`.
 */
export function reasonWords(missing: readonly string[]): string {
  const plain: string[] = [];
  const byCause = new Map<string, string[]>();
  for (const reason of missing) {
    const absence = absenceOf(reason);
    if (absence === undefined) plain.push(reason);
    else byCause.set(absence.why, [...(byCause.get(absence.why) ?? []), absence.names]);
  }
  const grouped = [...byCause].map(([why, names]) => {
    const returns = names.filter((name) => names.includes(`return of ${name}`));
    const all = names
      .filter((name) => !returns.some((one) => name === `return of ${one}`))
      .map((name) => (returns.includes(name) ? `${name} and its return` : name));
    return `${why}: ${all.join('; ')}`;
  });
  return [...plain, ...grouped.toSorted()].join('; ') || 'no reason given';
}

/** Rules that failed, and where: what whoever wrote them needs. */
export const failureWords = ({ rules }: CheckReport): string[] =>
  rules.flatMap(({ failed = [] }) => failed).map(failedWords);

export function failedWords({ at, handler, id, line, what }: RuleFailed): string {
  const where = at === undefined ? '' : ` at ${clean(at)}`;
  const told = handler === 'create' ? 'before the first line' : `in ${clean(handler)}`;
  const when = line === undefined ? told : `${told} at line ${line} of the trace`;
  return `rule ${clean(id)} failed${where} (${when}): ${clean(what)}`;
}

/** `4 of 10 rules`, `1 of 1 rule`. */
export function undecidedWords(report: CheckReport): string {
  const rules = report.rules.filter(({ id }) => id !== INSUFFICIENT_EVIDENCE);
  const open = rules.filter((rule) => rule.verdict === 'could-not-be-checked').length;
  return `${grouped(open)} of ${count(rules.length, 'rule')}`;
}

/** `odirect[149]`, as the kernel log writes it; what the trace did not show is left out. */
export function pinOwner(finding: Finding): string {
  const { comm, pid, tgid } = finding.process ?? finding.pin;
  const id = tgid ?? pid;
  return `${clean(comm ?? '')}${id === undefined ? '' : `[${id}]`}`;
}

/** The address at which the process sees another page, or where the page was pinned. */
export const addressOf = ({ mapping, pin }: Finding): string => clean(mapping?.address ?? pin.address ?? '');

/** What the address does not say: that the page was pinned elsewhere, by another. */
export function pinnedElsewhere(finding: Finding): string[] {
  const { mapping, pin, process } = finding;
  return [
    mapping?.address === undefined || pin.address === undefined ? '' : `pinned at ${clean(pin.address)}, moved since`,
    process === undefined ? '' : `by ${pinOwner({ ...finding, process: undefined })}`,
  ];
}

/** `error, certain`. */
export function weight(finding: Finding): string {
  return `${finding.severity}, ${finding.confidence}`;
}

/** `pfn 0x47b3c`, or the struct page where the trace never shows a pfn. */
export function pageWords(page: { pfn?: string; page?: string } | undefined): string | undefined {
  if (page?.pfn !== undefined) return `pfn ${clean(page.pfn)}`;
  return page?.page === undefined ? undefined : `page ${clean(page.page)}`;
}

/** `:1042`; of a trace that was merged of several files `cpu1.txt:519`, `cpu1/trace:519`. */
export function placeOf({ line, from }: { line: number; from?: Origin | undefined }): string {
  if (from === undefined) return `:${line}`;
  const [name = '', folder] = from.path.split('/').reverse();
  return `${clean(/\d/.test(name) || folder === undefined ? name : `${folder}/${name}`)}:${from.line}`;
}

/** The path as given; `-` by its name. */
export function pathWords(trace: TraceInfo): string {
  return trace.path === '-' ? 'standard input' : clean(trace.path);
}

/** `ftrace, latency-format`. */
export function formatWords(trace: TraceInfo): string {
  return [trace.format, trace.variant]
    .filter((part) => part !== '')
    .map(clean)
    .join(', ');
}

/** `kernel 5.10.0-32-amd64, era 5.10 (from the probes)`. */
export function kernelWords(trace: TraceInfo): string {
  const kernel = trace.kernel === undefined ? 'kernel not recorded' : `kernel ${clean(trace.kernel)}`;
  const from = clean(trace.eraFrom);
  if (trace.era === undefined) return `${kernel}, era unknown${from === '' ? '' : `: ${from}`}`;
  return `${kernel}, era ${clean(trace.era)}${from === '' ? '' : ` (${from})`}`;
}

/** `clock local, 2 CPUs, 0.947 s`. */
export function clockWords(trace: TraceInfo): string {
  const parts = [trace.clock === undefined ? 'clock not recorded' : `clock ${clean(trace.clock)}`];
  if (trace.timeUnit === 'none') parts.push('no times');
  if (trace.cpus !== undefined) parts.push(count(trace.cpus, 'CPU'));
  if (trace.firstTime !== undefined && trace.lastTime !== undefined && trace.timeUnit !== 'none') {
    parts.push(duration(trace.lastTime - trace.firstTime, trace.timeUnit));
  }
  return parts.join(', ');
}

/** `1,311 lines, 1,299 events, 312 of them used`. */
export function sizeWords(trace: TraceInfo): string {
  return `${count(trace.lines, 'line')}, ${count(trace.events, 'event')}, ${grouped(trace.mmEvents)} of them used`;
}

/** What to say of a trace that shows no loss. */
export function losslessWords(trace: TraceInfo): string {
  return trace.format === 'perf-script'
    ? 'losses not shown: perf script needs --show-lost-events for that'
    : 'nothing lost';
}

/** `5 pins: 4 released, 1 open`. */
export function pinsWords(trace: TraceInfo): string {
  const { seen, released, presumed, open } = trace.pins;
  if (seen === 0) return 'no pins';
  const parts = [`${grouped(released)} released`];
  if (presumed > 0) parts.push(`${grouped(presumed)} presumed released`);
  parts.push(`${grouped(open)} open`);
  return `${count(seen, 'pin')}: ${parts.join(', ')}`;
}

/** A sentence below a finding, with the word that introduces it. */
export interface Note {
  label: 'harm' | 'own' | 'why' | 'fixed' | 'try' | 'doubt' | 'also' | 'more';
  text: string;
}

/** The words that introduce notes in prose. */
export const NOTE_LABELS: Readonly<Record<Note['label'], string>> = {
  harm: 'Harm',
  own: 'Note',
  why: 'Why',
  fixed: 'Fixed',
  try: 'Try',
  doubt: 'Doubt',
  also: 'Also',
  more: 'More',
};

/** The lines of the trace that prove a finding, each with its stack if it has one. */
export const quotedLines = ({ evidence }: Finding): string[] =>
  evidence.flatMap((step) => [step.text, ...(step.stack ?? [])]).filter((line) => line !== '');

/** The sentences below a finding, in the order to print them; `more` speaks of others of the same drift. */
export function notes(finding: Finding, trace: TraceInfo | undefined, more?: string): Note[] {
  const all: Note[] = [];
  if (finding.harm.length > 0) all.push({ label: 'harm', text: finding.harm.join(', ') });
  if (finding.selfInflicted) {
    all.push({ label: 'own', text: 'the process gave up or changed the mapping it had pinned itself' });
  }
  if (finding.why !== undefined) all.push({ label: 'why', text: clean(sentence(finding.why)) });
  for (const fix of finding.fixedBy ?? []) all.push({ label: 'fixed', text: fixWords(fix, trace) });
  const advice = adviceWords(finding, trace);
  if (advice !== undefined) all.push({ label: 'try', text: clean(sentence(advice)) });
  for (const doubt of finding.doubts) all.push({ label: 'doubt', text: clean(sentence(doubt)) });
  if (finding.also.length > 0) all.push({ label: 'also', text: clean(finding.also.join(', ')) });
  if (more !== undefined) all.push({ label: 'more', text: more });
  return all;
}
