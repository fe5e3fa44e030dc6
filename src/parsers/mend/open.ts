// Why: opens a trace and removes what its text was wrapped in, transparently for the caller.
import { isTraceText } from '../detect.ts';
import type { Source } from '../wrapped-source.ts';
import { packingOf, showsTrace } from './packings.ts';
import { type Plan, planFor } from './plan.ts';
import { MendedSource } from './source.ts';
import { Utf16Source, utf16Of } from './utf16.ts';

/** Text without a line of a trace at its beginning: possibly a log with a dump further on. */
const SEARCH: Plan = { words: ['a dump in a log'], log: true };

/**
 * The source, or one that unwraps its lines.
 * @param again opens it once more from the beginning; undefined: it can be read only once
 */
export async function mended(source: Source, again: (() => Promise<Source>) | undefined): Promise<Source> {
  const head = await source.head();
  const order = utf16Of(head);
  if (order !== undefined)
    return mended(new Utf16Source(source, order), again && (async () => new Utf16Source(await again(), order)));
  if (head.length === 0 || head.includes(0)) return source;
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const packing = packingOf(text);
  if (packing !== undefined && showsTrace(text, packing()))
    return mended(
      new MendedSource(source, packing()),
      again && (async () => new MendedSource(await again(), packing())),
    );
  const plan = planFor(text);
  const isPart = plan?.log === true || plan?.html === true;
  if (plan !== undefined && (!isPart || again === undefined)) return new MendedSource(source, plan);
  if (again === undefined) return source;
  if (plan === undefined && isTraceText(head)) return source;
  const searched = new MendedSource(source, plan ?? SEARCH);
  if (await searched.isFound()) return searched;
  searched.close();
  return again();
}
