// Why: a finding is presented as steps. All of them, including later harm, are its evidence; those up to the drift
// identify the drift, and do not change when more is learned.
import { PARTED_BY } from '../../model/pin.ts';
import { type Drift, Step } from '../../model/state.ts';
import type { EvidenceStep, Group } from './drafts.ts';

type AnyStep = Step | EvidenceStep;

/** All steps that prove a finding, in trace order; for each line the first known step. */
export function evidenceOf(g: Group): AnyStep[] {
  const { pin, drift } = g.main.report;
  const steps = [...taking(g)];
  for (const d of [g.main, ...g.also]) steps.push(...(d.report.path ?? []));
  if (drift !== undefined && pin !== undefined) {
    steps.push(...parting(g));
    const submit = pin.steps.find((s) => s.role === 'i/o submit');
    if (submit !== undefined) steps.push(submit);
    // I/O that was over before the page was replaced has lost nothing
    const end = pin.steps.find((s) => s.role === 'i/o end');
    if (end !== undefined && end.at.order < drift.at.order) steps.push(end);
    for (const h of g.harm) steps.push(...(h.path ?? []));
    if (pin.releasedAt !== undefined && !pin.presumed && pin.releasedAt.order > drift.at.order)
      steps.push({ role: 'release', at: pin.releasedAt, page: pin.page });
  }
  return inOrder(steps);
}

/** The steps from the pin to the drift, as reported by the most specific rule. */
export function driftOf(g: Group): AnyStep[] {
  const { drift, path = [] } = g.main.report;
  const before = drift === undefined ? path : path.filter((s) => s.at.order <= drift.at.order);
  return inOrder([...taking(g), ...before, ...parting(g)]);
}

function taking({ main: { report } }: Group): AnyStep[] {
  const first = (role: Step['role']) => report.pin?.steps.find((s) => s.role === role) ?? [];
  return [first('grab'), first('pin')].flat();
}

function parting({ main: { report } }: Group): AnyStep[] {
  const { pin, drift } = report;
  if (drift === undefined || pin === undefined) return [];
  const moves = drift.where === pin.vpn ? [] : drift.before.filter(({ role }) => role === 'move');
  const parted = new Step(PARTED_BY[drift.via], drift.at, drift.page);
  return drift.fault === undefined
    ? [...moves, parted]
    : [...moves, new Step('wp fault', drift.fault, pin.page, { unshare: isUnsharing(drift) }), parted];
}

const isUnsharing = ({ before }: Drift): boolean =>
  before.findLast(({ role }) => role === 'wp fault')?.unshare === true;

function inOrder(steps: readonly AnyStep[]): AnyStep[] {
  const seen = new Set<number>();
  return steps
    .filter((s) => {
      if (seen.has(s.at.line)) return false;
      seen.add(s.at.line);
      return true;
    })
    .sort((a, b) => a.at.order - b.at.order);
}
