// Why: a fix and the advice that goes with it mean different things to a kernel that has the fix and to one that does not.
import type { Finding } from '../../contract/finding.ts';
import type { TraceInfo } from '../../contract/report.ts';
import { clean } from './format.ts';

/**
 * A fix relative to the kernel of the trace: `in v5.9, which this kernel has and which did not prevent this: 70e8... ("...")`, or `in v5.19, newer
 * than this kernel: 1493... ("...")`; unchanged where the release is not known.
 * @param fix `hash ("subject") (in vX.Y)` or `(in vX.Y, A.B.y)`: the stable series that has it too
 */
export function fixWords(fix: string, trace: TraceInfo | undefined): string {
  const { commit, isNewer, series, since } = fixOf(fix, trace);
  if (isNewer === undefined) return clean(fix);
  const words = !isNewer
    ? `in ${since}, which this kernel has and which did not prevent this`
    : series !== undefined
      ? `in ${since}, and backported to ${series}, which may be in this kernel`
      : `in ${since}, newer than this kernel`;
  return clean(`${words}: ${commit}`);
}

interface FixOf {
  commit?: string | undefined;
  since?: string;
  /** the kernel of the trace is older; undefined if that is not known */
  isNewer?: boolean;
  /** the stable series of the trace, if a later release of it has the fix */
  series?: string | undefined;
}

function fixOf(fix: string, trace: TraceInfo | undefined): FixOf {
  const [, commit, major, minor, more = ''] = /^(.*) \(in v(\d+)\.(\d+)((?:, [^)]*)?)\)$/.exec(fix) ?? [];
  const [, ours, oursMinor] = /^(\d+)\.(\d+)(?!.*\.\.)/.exec(trace?.kernel ?? trace?.era ?? '') ?? [];
  if (commit === undefined || ours === undefined) return {};
  const series = `${ours}.${oursMinor}.y`;
  const isNewer = (Number(ours) - Number(major) || Number(oursMinor) - Number(minor)) < 0;
  return { commit, since: `v${major}.${minor}`, isNewer, series: more.includes(series) ? series : undefined };
}

/** What to do: move to a kernel with the fix only where one is newer than this kernel. */
export function adviceWords(finding: Finding, trace: TraceInfo | undefined): string | undefined {
  const isFixed = (finding.fixedBy ?? []).some((fix) => fixOf(fix, trace).isNewer === true);
  const move = 'move to a kernel with the fix';
  // stores of earlier versions have it in the advice
  if (!isFixed || finding.advice?.startsWith(move) === true) return finding.advice;
  return finding.advice === undefined ? move : `${move}; until then ${finding.advice}`;
}
