// Why: a bug report needs twenty lines of a trace, not two million; which ones is found by leaving lines out and looking
// whether it still shows (delta debugging, Zeller and Hildebrandt 2002). What is left is the trace's own lines, in order.
import type { CheckReport } from '../contract/report.ts';
import { openSource } from '../parsers/source.ts';
import { isRecording } from '../recordings/index.ts';
import { InputError } from '../util/errors.ts';
import { type CheckOptions, check } from './check.ts';
import { memoryInput } from './reading/input.ts';

/** A trace as lines, each with its newline. */
export type Lines = readonly Uint8Array[];

/** Whether it still shows in these lines; `at` are their numbers in the whole, from 0. */
export type Shows = (lines: Lines, at: readonly number[]) => Promise<boolean>;

/** It is read again and again, from memory. */
const MOST_BYTES = 256 << 20;
const NEWLINE = 10;
const HASH = 35;

/** @throws InputError for a recording, for what cannot be read, and for very much text */
export async function readLines(path: string): Promise<Lines> {
  const source = await openSource(path);
  try {
    if (isRecording(await source.head()))
      throw new InputError('only text can be reduced', {
        where: path,
        tryThis: 'trace-cmd report FILE > trace.txt, or perf script > trace.txt',
      });
    const pieces: Uint8Array[] = [];
    const buffer = Buffer.alloc(1 << 20);
    let bytes = 0;
    for (let n = await source.read(buffer); n > 0; n = await source.read(buffer)) {
      bytes += n;
      if (bytes > MOST_BYTES)
        throw new InputError(`more than ${MOST_BYTES >> 20} MB of text: too much to reduce`, {
          where: path,
          tryThis: "sed -n '1,20p;FROM,TOp' TRACE > part.txt, with the lines around the finding; then run this again",
        });
      pieces.push(Uint8Array.prototype.slice.call(buffer, 0, n));
    }
    return split(Buffer.concat(pieces));
  } finally {
    source.close();
  }
}

function split(text: Buffer): Lines {
  const lines: Uint8Array[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(NEWLINE, at);
    const next = end < 0 ? text.length : end + 1;
    lines.push(text.subarray(at, next));
    at = next;
  }
  return lines;
}

export const textOf = (lines: Lines): Buffer => Buffer.concat(lines as Uint8Array[]);

/**
 * The fewest lines that still show it: none of them can be left out. Comments at the head stay, they say what the trace is.
 * @param guesses smaller sets of lines that may suffice, by number from 0; the first that does is where the search begins
 * @throws InputError where the whole does not show it
 */
export async function reduce(
  lines: Lines,
  shows: Shows,
  guesses: readonly (readonly number[])[] = [],
): Promise<readonly number[]> {
  let head = 0;
  while (lines[head]?.[0] === HASH) head++;
  const heading = Array.from({ length: head }, (_, i) => i);
  const test = (kept: readonly number[]) => {
    const at = [...heading, ...kept];
    return shows(
      at.map((i) => lines[i] as Uint8Array),
      at,
    );
  };
  let kept: readonly number[] = Array.from({ length: lines.length - head }, (_, i) => i + head);
  let isFound = false;
  for (const guess of guesses) {
    const some = [...new Set(guess)].filter((i) => i >= head).toSorted((a, b) => a - b);
    if (!(await test(some))) continue;
    kept = some;
    isFound = true;
    break;
  }
  if (!isFound && !(await test(kept))) throw new InputError('the trace as a whole does not show this');
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    const before = kept.length;
    // from the end: what comes after the finding goes in a few steps
    for (let to = kept.length; to > 0; to -= size) {
      const without = [...kept.slice(0, Math.max(0, to - size)), ...kept.slice(to)];
      if (await test(without)) kept = without;
    }
    if (size === 1 && kept.length === before) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return [...heading, ...kept];
}

export type ReduceOptions = Pick<CheckOptions, 'format' | 'kernel' | 'rules' | 'running'>;

/** What is left of a trace, and of which finding. */
export interface Reduced {
  lines: Lines;
  /** numbers in the whole, from 0 */
  at: readonly number[];
  finding: CheckReport['findings'][number];
}

/**
 * Cut a trace down to one finding: the same rule, pin, story, severity and confidence, on a trace of the same era.
 * @param n number of the finding, as `check` shows it
 */
export async function reduceToFinding(path: string, n: number, options: ReduceOptions): Promise<Reduced> {
  const lines = await readLines(path);
  const judged = (some: Lines) => check([memoryInput(path, textOf(some))], options);
  const whole = await judged(lines);
  const wanted = whole.findings.find((finding) => finding.n === n);
  if (wanted === undefined) {
    const { length } = whole.findings;
    throw new InputError(
      length === 0
        ? 'there is no finding'
        : `there is no finding ${n}; there ${length === 1 ? 'is 1' : `are ${length}`}`,
      {
        where: path,
        tryThis: `pindrift check ${path}`,
      },
    );
  }
  const shows: Shows = async (some) => {
    const { findings, traces } = await judged(some).catch(nothing);
    return (
      traces[0]?.era === whole.traces[0]?.era &&
      findings.some(
        (finding) =>
          finding.rule === wanted.rule &&
          finding.fingerprint === wanted.fingerprint &&
          finding.severity === wanted.severity &&
          finding.confidence === wanted.confidence &&
          finding.pin.mm === wanted.pin.mm &&
          finding.pin.tgid === wanted.pin.tgid &&
          finding.pin.address === wanted.pin.address,
      )
    );
  };
  const at = await reduce(lines, shows, guessesFor(lines, wanted.evidence));
  return { lines: at.map((i) => lines[i] as Uint8Array), at, finding: wanted };
}

/** What is left may be no trace any more. */
const nothing = (error: unknown): Pick<CheckReport, 'findings' | 'traces'> => {
  if (error instanceof InputError) return { findings: [], traces: [] };
  throw error;
};

/** The evidence; lines that name a pointer or address of it; all up to its last. */
function guessesFor(lines: Lines, evidence: readonly { line: number; text: string }[]): number[][] {
  const own = evidence.map(({ line }) => line - 1);
  const last = Math.max(0, ...own);
  const words = [...new Set(evidence.flatMap(({ text }) => text.match(/\b(?:0x)?[0-9a-f]{8,16}\b/g) ?? []))];
  const named = lines.flatMap((line, i) => {
    if (i > last) return [];
    const text = Buffer.from(line).toString('latin1');
    return words.some((word) => text.includes(word)) ? [i] : [];
  });
  return [own, [...own, ...named], Array.from({ length: last + 1 }, (_, i) => i)];
}
