// Why: two fingerprints of one story differ in something, and a maintainer asks in what. Only that is said, in words.

import { clean } from '../shared/format.ts';
import { callerOf, type DriftGroup, kernelOf, type StoryGroup } from './drifts.ts';

type Words = (variant: DriftGroup) => string;

const api: Words = ({ first: { finding } }) => finding.pin.api ?? 'api not recorded';
const flags: Words = ({ first: { finding } }) => finding.pin.flags.join('|') || 'flags not recorded';

/** What may separate variants, in the order it is said. */
const SEPARATORS: readonly Words[] = [
  ({ first: { finding } }) => finding.cause,
  api,
  flags,
  ({ first: { finding } }) => `called by ${callerOf(finding)}`.replace('called by caller', 'caller'),
  ({ kernels }) => `on ${kernels.map(({ kernel }) => kernel).join(', ')}`,
  ({ harm }) => (harm.length === 0 ? 'no harm seen' : harm.join(', ')),
];

/** `get_user_pages_fast, FOLL_WRITE|FOLL_GET, era 5.10` for each variant. */
export function variantWords({ variants }: StoryGroup): string[] {
  const separating = SEPARATORS.filter((words) => new Set(variants.map(words)).size > 1);
  const said = variants.map((variant) => separating.map((words) => words(variant)).join(', '));
  return said.map((words, i) => {
    const alike = variants.filter((_, other) => said[other] === words);
    const more = alike.length > 1 ? pathWords(variants[i] as DriftGroup, alike) : '';
    return clean([words, more].filter((part) => part !== '').join(', ') || kernelsOf(variants[i]));
  });
}

const kernelsOf = (variant: DriftGroup | undefined): string => (variant ? kernelOf(variant.first.trace) : '');

/** What else tells them apart: the steps of the evidence that not all of them have. */
function pathWords(variant: DriftGroup, alike: readonly DriftGroup[]): string {
  const shared = (step: string) => alike.every((other) => stepsOf(other).includes(step));
  const own = [...new Set(stepsOf(variant).filter((step) => !shared(step)))];
  return own.length === 0 ? '' : `by way of ${own.slice(0, 3).join(', ')}`;
}

const stepsOf = ({ first: { finding } }: DriftGroup): string[] =>
  finding.evidence.map(({ fn, role }) => (fn === undefined ? role : `${role} (${fn})`));
