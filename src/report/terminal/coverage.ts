// Why: `coverage` for people. What was read, what happened to the pins, what is missing and the lines to add for it.

import { INSUFFICIENT_EVIDENCE, type Loss, NO_GUP_CALL, type TraceInfo } from '../../contract/report.ts';
import type { Coverage, EventCount, RuleCoverage, TraceCoverage } from '../../engine/coverage.ts';
import { count, grouped } from '../../util/count.ts';
import { clean, duration, pad, padLeft, wrap } from '../shared/format.ts';
import { type Paint, painter } from '../shared/paint.ts';
import { clockWords, formatWords, kernelWords, pathWords, placeOf, reasonWords, sizeWords } from '../shared/words.ts';
import { adviceLines } from './coverage-advice.ts';

interface Look {
  paint: Paint;
  width: number;
}

/** What shows that a page was pinned at all. */
const FIRST: ReadonlySet<string> = new Set(['gup', 'gupRet', 'grab', 'grabRet', 'followPteRet']);

const LABEL = 8;
/** Places of a loss, and event names of a kind, that are written out. */
const SHOWN = 5;

/** What keeps events from being lost. */
const KEEP =
  'next time: larger buffers (`--buffer` of `pindrift capture`, buffer_size_kb), a shorter run, or a smaller set of events';

export function coverageText({ traces }: Coverage, options: { color: boolean; width: number | undefined }): string {
  const look: Look = { paint: painter(options.color), width: Math.max(40, options.width ?? 80) };
  return traces.map((one) => `${traceLines(one, look).join('\n')}\n`).join('\n');
}

function traceLines(one: TraceCoverage, look: Look): string[] {
  const { trace } = one;
  return [
    ...labelled(
      'trace',
      [pathWords(trace), formatWords(trace), kernelWords(trace), clockWords(trace), sizeWords(trace)],
      look,
    ),
    ...labelled('pins', [pinWords(trace)], look),
    ...labelled('lost', lossLines(trace), look),
    '',
    ...ruleLines(one, look),
    '',
    ...eventLines(one.events, look),
    ...adviceLines(one, look),
  ];
}

function labelled(label: string, texts: readonly string[], { paint, width }: Look): string[] {
  const lines = texts.flatMap((text) => wrap(text, width - LABEL));
  return lines.map((line, i) => paint('dim', pad(i === 0 ? label : '', LABEL)) + line);
}

/** Released, presumed, open: whose life the trace shows whole. */
function pinWords({ pins }: TraceInfo): string {
  if (pins.seen === 0) return 'none';
  const parts = [
    `${grouped(pins.released)} followed from grab to release`,
    `${grouped(pins.presumed)} presumed released (the page was freed or the I/O ended)`,
    `${grouped(pins.open)} open at the end`,
  ];
  return `${count(pins.seen, 'pin')}: ${parts.join(', ')}`;
}

/** One line for each CPU that lost events, one for each other kind of loss. */
function lossLines(trace: TraceInfo): string[] {
  const groups = new Map<string, Loss[]>();
  for (const loss of trace.losses) {
    const where = loss.cpu === undefined ? '' : `CPU ${loss.cpu}: `;
    const key = `${where}${loss.reason}`;
    groups.set(key, [...(groups.get(key) ?? []), loss]);
  }
  const lines = [...groups].map(([key, losses]) => {
    const places = losses.slice(0, SHOWN).map((loss) => placeWords(loss, trace));
    const more = losses.length > SHOWN ? [`and ${losses.length - SHOWN} more places`] : [];
    return `${clean(key)}: ${[...places, ...more].join(', ')}`;
  });
  if (lines.length === 0) return ['nothing'];
  return trace.losses.some(({ kind }) => kind === 'lost-events' || kind === 'overwritten') ? [...lines, KEEP] : lines;
}

/** `23 at :1042 (0.013 s after the first event)`. */
function placeWords(loss: Loss, trace: TraceInfo): string {
  const n = loss.count === undefined ? 'an unknown number' : grouped(loss.count);
  const line = loss.line === undefined ? '' : ` at ${placeOf({ ...loss, line: loss.line })}`;
  const timed = loss.time !== undefined && trace.firstTime !== undefined && trace.timeUnit !== 'none';
  const time = timed
    ? ` (${duration((loss.time ?? 0) - (trace.firstTime ?? 0), trace.timeUnit)} after the first event)`
    : '';
  return n + line + time;
}

function ruleLines({ first, rules }: TraceCoverage, look: Look): string[] {
  const single = rules.filter(({ id }) => id !== INSUFFICIENT_EVIDENCE);
  const able = single.filter(({ decidable }) => decidable).map(({ id }) => clean(id));
  const out = [look.paint('bold', `${able.length} of ${count(single.length, 'rule')} can be decided`)];
  if (able.length > 0) out.push(...hanging(`  ${look.paint('green', 'yes')}  `, able.join(', '), look));
  for (const [why, ids] of groups(single, first !== undefined)) out.push(...undecidable(ids.join(', '), why, look));
  const still = new Set(single.filter(({ decidable }) => decidable).flatMap((rule) => rule.still ?? []));
  if (still.size > 0)
    out.push(...hanging('       ', `enabled and never hit: ${[...still].map(clean).join('; ')}`, look));
  const whole = rules.find(({ id }) => id === INSUFFICIENT_EVIDENCE);
  if (whole !== undefined && !whole.decidable) {
    out.push(...undecidable('the trace as a whole ("clean")', whyNot(whole), look));
  }
  if (single.some(({ missing }) => missing.length > 0)) {
    out.push(
      '',
      ...wrap(
        'An event that was never seen either did not happen or was not recorded; this trace does not show which. (A ' +
          'capture made by `pindrift capture` does, and so does --armed.)',
        look.width,
      ),
    );
  }
  return out;
}

/**
 * Rules that cannot be decided, those with the same reasons together.
 * @param isWithoutGup what else those lack that wait for a GUP call is not worth a word yet
 */
function groups(rules: readonly RuleCoverage[], isWithoutGup: boolean): [string, string[]][] {
  const byReason = new Map<string, string[]>();
  for (const rule of rules) {
    if (rule.decidable) continue;
    const waits = isWithoutGup && rule.missing.some(({ anyOf }) => anyOf.some((kind) => FIRST.has(kind)));
    const why = waits ? NO_GUP_CALL : whyNot(rule);
    byReason.set(why, [...(byReason.get(why) ?? []), clean(rule.id)]);
  }
  return [...byReason];
}

function undecidable(what: string, why: string, look: Look): string[] {
  return [...hanging(`  ${look.paint('yellow', 'no')}   `, what, look), ...hanging('         ', why, look)];
}

/** @param lead seven or nine columns wide, whatever colours are in it */
function hanging(lead: string, text: string, { width }: Look): string[] {
  const indent = lead.trim() === '' ? lead.length : 7;
  return wrap(text, width - indent).map((line, i) => (i === 0 ? lead : ' '.repeat(indent)) + line);
}

function whyNot({ missing, reasons }: RuleCoverage): string {
  return reasonWords([...missing.map(({ text }) => text), ...reasons].map(clean));
}

/** Each kind with the events that showed it; those without a meaning last. */
function eventLines(events: readonly EventCount[], look: Look): string[] {
  const kinds = new Map<string, EventCount[]>();
  for (const event of events) {
    const kind = event.kind ?? '(not used)';
    kinds.set(kind, [...(kinds.get(kind) ?? []), event]);
  }
  const rows = [...kinds].map(([kind, list]) => ({
    kind,
    n: grouped(list.reduce((sum, event) => sum + event.count, 0)),
    names: namesOf(list),
  }));
  rows.sort((a, b) => Number(a.kind.startsWith('(')) - Number(b.kind.startsWith('(')) || a.kind.localeCompare(b.kind));
  const wide = Math.max(4, ...rows.map(({ kind }) => kind.length));
  const digits = Math.max(5, ...rows.map(({ n }) => n.length));
  const out = [look.paint('bold', `  ${pad('kind', wide)}  ${padLeft('count', digits)}  events`)];
  for (const { kind, n, names } of rows) {
    const indent = 2 + wide + 2 + digits + 2;
    const lines = wrap(names, Math.max(20, look.width - indent));
    out.push(
      ...lines.map(
        (line, i) => (i === 0 ? `  ${pad(kind, wide)}  ${padLeft(n, digits)}  ` : ' '.repeat(indent)) + line,
      ),
    );
  }
  return out;
}

function namesOf(events: readonly EventCount[]): string {
  const most = events.toSorted((a, b) => b.count - a.count);
  const names = [...new Set(most.map(({ event }) => clean(event)))];
  const more = names.length > SHOWN * 2 ? [`and ${names.length - SHOWN * 2} more`] : [];
  return [...names.slice(0, SHOWN * 2), ...more].join(', ');
}
