// Why: the timeline of the HTML report as text, for the page of a rule: the pinned page and the page mapped at its
// address as two bands that touch while they are the same page, and separate at the drift.
import type { Finding } from '../../contract/finding.ts';
import { clean, pad } from './format.ts';
import { hasPin, type MappingState, mappingSpans, partingIndex, uses } from './lifeline.ts';
import { stepKind } from './steps.ts';

/** Characters of the band of the address, and their meaning. */
const BANDS: Readonly<Record<MappingState, readonly [band: string, words: string]>> = {
  mapped: ['┃', 'maps the page'],
  'read-only': ['│', 'maps it read-only'],
  shared: ['║', 'shares it with a child'],
  swapped: ['╎', 'no present entry'],
  unmapped: [' ', 'maps nothing'],
  other: ['  ┃', 'maps another page'],
};
const PARTS = ['╲', 'drift: maps another page'] as const;

const HELD = '┃';
/** by a device, or it is in a pipe */
const USED = '█';

/**
 * The lifetime of a finding's pin as bands, one step per line:
 *
 *     ┃╎   unmap    no present entry
 *
 * @returns undefined if no page was pinned, or nothing happened to its address
 */
export function bandLines(finding: Finding): string[] | undefined {
  const { evidence } = finding;
  if (!hasPin(finding)) return undefined;
  const roles = evidence.map(({ role }) => role);
  const parting = partingIndex(evidence, finding);
  const spans = mappingSpans(roles, parting);
  if (spans.length < 2) return undefined;
  const devices = uses(roles);
  const from = roles.findIndex((role) => stepKind(role) === 'pin');
  const to = roles.lastIndexOf('release');
  const width = Math.max(...roles.map((role) => role.length));
  const rows = evidence.map(({ fn, role }, i) => {
    const span = spans.findLast(({ step }) => step <= i);
    const begins = span?.step === i;
    const [band, words] = i === parting ? PARTS : BANDS[span?.mapping ?? 'mapped'];
    const isHeld = i >= from && (to < 0 || i < to);
    const isUsed = devices.some((use) => i >= use.from && i <= (use.to ?? Number.POSITIVE_INFINITY));
    const page = isHeld ? (isUsed ? USED : HELD) : ' ';
    const what = [clean(fn ?? ''), begins || i === parting ? words : ''].filter((part) => part !== '').join(': ');
    return `${page}${pad(band, 4)}${pad(clean(role), width)}  ${what}`.trimEnd();
  });
  return [devices.length > 0 ? `page (${USED} in use by a device or a pipe)` : 'page', '│address', ...rows];
}
