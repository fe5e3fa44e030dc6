// A failed case, printed as a diff of its trace: `-` lines that the test expects in the evidence, `+` lines that the
// rule has in it.
import type { Difference, Judgement } from './judge.ts';

/** Lines shown around a difference in a long trace. */
const AROUND = 3;
const SHOWN_WHOLE = 30;

export function failureText(lines: readonly string[], { problems, differences }: Judgement): string {
  const out = [...problems];
  if (differences.length > 0) {
    const ids = [...new Set(differences.map(({ messageId }) => messageId))].join(', ');
    out.push(
      `the evidence of ${ids} differs (- expected by the test, + in the finding):`,
      '',
      ...diff(lines, differences),
    );
  }
  return out.join('\n');
}

function diff(lines: readonly string[], differences: readonly Difference[]): string[] {
  const width = String(lines.length).length;
  const out: string[] = [];
  let skipped = false;
  for (const [i, line] of lines.entries()) {
    const here = differences.filter((one) => one.line === i + 1);
    if (here.length === 0 && !isNear(i + 1, lines.length, differences)) {
      if (!skipped) out.push('    ...');
      skipped = true;
      continue;
    }
    skipped = false;
    const number = String(i + 1).padStart(width);
    if (here.length === 0) out.push(`    ${number}  ${line}`);
    for (const { side, messageId } of here) out.push(`  ${side} ${number}  ${withComment(line, side, messageId)}`);
  }
  return out;
}

/** A `+` line shows the comment with which the case would pass. */
const withComment = (line: string, side: '-' | '+', messageId: string): string =>
  side === '-' ? line : `${line.replace(/\s+#\s*(?:expect:|ok\b).*$/, '')}    # expect: ${messageId}`;

const isNear = (line: number, count: number, differences: readonly Difference[]): boolean =>
  count <= SHOWN_WHOLE || differences.some((one) => Math.abs(one.line - line) <= AROUND);
