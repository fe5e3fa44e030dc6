// Why: a fix and the advice that goes with it mean different things to a kernel that has the fix and to one that does not.
import type { Finding } from '../../contract/finding.ts';
import { fixOf } from '../../contract/fix.ts';
import type { TraceInfo } from '../../contract/report.ts';
import { clean } from './format.ts';

/**
 * A fix relative to the kernel of the trace: `in v5.9, which this kernel has and which did not prevent this: 70e8... ("...")`,
 * or `in v5.19, newer than this kernel: 1493... ("...")`; unchanged where the release is not known.
 * @param text as a finding names it (fixText())
 */
export function fixWords(text: string, trace: TraceInfo | undefined): string {
  const fix = fixOf(text);
  const kernel = releaseOf(trace);
  if (fix === undefined || kernel === undefined) return clean(text);
  const { commit, since, stable, subject } = fix;
  const series = `${kernel.join('.')}.y`;
  const words = !isNewer(since, kernel)
    ? `in ${since}, which this kernel has and which did not prevent this`
    : stable?.includes(series) === true
      ? `in ${since}, and backported to ${series}, which may be in this kernel`
      : `in ${since}, newer than this kernel`;
  return clean(`${words}: ${commit} ("${subject}")`);
}

type Release = readonly [major: number, minor: number];

/** Of the kernel of the trace, if it is one: an era may be a range. */
function releaseOf(trace: TraceInfo | undefined): Release | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)(?!.*\.\.)/.exec(trace?.kernel ?? trace?.era ?? '') ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

function isNewer(since: string, [major, minor]: Release): boolean {
  const [ofFix, minorOfFix] = since.slice(1).split('.').map(Number);
  return ofFix > major || (ofFix === major && minorOfFix > minor);
}

/** What to do: move to a kernel with the fix only where one is newer than this kernel. */
export function adviceWords(finding: Finding, trace: TraceInfo | undefined): string | undefined {
  const kernel = releaseOf(trace);
  const isFixed = (finding.fixedBy ?? []).some((text) => {
    const fix = fixOf(text);
    return fix !== undefined && kernel !== undefined && isNewer(fix.since, kernel);
  });
  const move = 'move to a kernel with the fix';
  // stores of earlier versions have it in the advice
  if (!isFixed || finding.advice?.startsWith(move) === true) return finding.advice;
  return finding.advice === undefined ? move : `${move}; until then ${finding.advice}`;
}
