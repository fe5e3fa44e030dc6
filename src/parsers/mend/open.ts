// Why: opens a trace and removes what its text was wrapped in, transparently for the caller.

import type { Source } from '../bytes/wrapped-source.ts';
import { isTraceText } from '../detect/detect.ts';
import { lacksColumns } from '../detect/other-tools.ts';
import { twoSided } from '../detect/two-sided.ts';
import { HeadLines } from '../formats/head-lines.ts';
import { hasSizedFields, JournalExport } from './journal-export.ts';
import { JsonSource } from './json-source.ts';
import { traceMember } from './json-strings.ts';
import type { MendPlan } from './mend-plan.ts';
import { packingOf, showsTrace } from './packings.ts';
import { mendPlanFor, searchPlanFor } from './plan.ts';
import { namesSender } from './prefixes.ts';
import { ENTRIES } from './senders.ts';
import { MendedSource } from './source.ts';
import { isJournal, memberWithLines } from './strings.ts';
import { WideSource, wideOf } from './wide.ts';

/** An object of JSON per line: numbers of lines stay those of the file. */
function isLineByLine(text: string): boolean {
  const lines = text.split(/\r?\n/, 400);
  return memberWithLines(lines) !== undefined || isJournal(lines);
}

/** Something may name who sent a line. */
const hasSenders = ({ member, pattern, prefixes = [] }: MendPlan): boolean =>
  member !== undefined || pattern?.hasNames === true || prefixes.some(namesSender);

/**
 * The source, or one that unwraps its lines.
 * @param again opens it once more from the beginning; undefined: it can be read only once
 */
export async function mended(source: Source, again: (() => Promise<Source>) | undefined): Promise<Source> {
  const head = await source.head();
  const wide = wideOf(head);
  if (wide !== undefined)
    return mended(new WideSource(source, wide), again && (async () => new WideSource(await again(), wide)));
  if (head.length === 0) return source;
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (head.includes(0)) {
    if (!hasSizedFields(text)) return source;
    return mended(new JournalExport(source), again && (async () => new JournalExport(await again())));
  }
  // lines begin with what tells the sides apart; a document has no lines
  if (twoSided(text) !== undefined || text.startsWith('{\\rtf')) return source;
  const packing = packingOf(text);
  if (packing !== undefined && showsTrace(text, packing()))
    return mended(
      new MendedSource(source, packing()),
      again && (async () => new MendedSource(await again(), packing())),
    );
  const member = isLineByLine(text) ? undefined : traceMember(text);
  if (member !== undefined)
    return mended(new JsonSource(source, member), again && (async () => new JsonSource(await again(), member)));
  const plan = mendPlanFor(text);
  const isPart = plan?.log === true || plan?.html === true;
  if (plan !== undefined && (!isPart || again === undefined)) {
    if (isPart || again === undefined || !ENTRIES.test(text) || !hasSenders(plan))
      return new MendedSource(source, plan);
    // the header counts the events, so all of them have to be seen once
    const first = new MendedSource(source, plan);
    const areOne = await first.isOneTrace();
    first.close();
    return new MendedSource(await again(), { ...plan, senders: { ...plan.senders, areOne } });
  }
  if (again === undefined) return source;
  // what perf script was told to leave out may leave lines that look like those of a log
  if (plan === undefined && (isTraceText(head) || lacksColumns(new HeadLines(head, false)) !== undefined))
    return source;
  const searched = new MendedSource(source, plan ?? searchPlanFor(text));
  if (await searched.isFound()) return searched;
  searched.close();
  if (plan?.html !== true) return again();
  const page = new MendedSource(await again(), searchPlanFor(text, true));
  if (await page.isFound()) return page;
  page.close();
  return again();
}
