// A finding is a path: pin, what made the page and the mapping part, harm. Which of these a step of the
// evidence is follows from its role; reports mark, colour and weigh steps by it.
import type { Evidence, Finding } from '../../contract/finding.ts';

/** `use`: the pin is put to work, as by `submit_bio` */
export type StepKind = 'pin' | 'use' | 'cause' | 'harm' | 'release';

const KINDS: ReadonlyMap<string, StepKind> = new Map([
  ['pin', 'pin'],
  ['grab', 'pin'],
  ['i/o submit', 'use'],
  ['pipe', 'use'],
  ['i/o end', 'harm'],
  ['leak', 'harm'],
  ['free', 'harm'],
  ['read', 'harm'],
  ['write', 'harm'],
  ['release', 'release'],
]);

/** A role that is not listed is one of the many ways to part. */
export function stepKind(role: string): StepKind {
  return KINDS.get(role) ?? 'cause';
}

/** The step after which the process saw another page than the pin holds; undefined when no step did that. */
export function partingStep(finding: Finding): Evidence | undefined {
  const { pin, mapping } = finding;
  const pfnDiffers = mapping?.pfn !== undefined && mapping.pfn !== pin.pfn;
  const pageDiffers = mapping?.page !== undefined && mapping.page !== pin.page;
  if (!pfnDiffers && !pageDiffers) return undefined;
  const causes = finding.evidence.filter((step) => stepKind(step.role) === 'cause');
  return causes.findLast((step) => step.role === 'copy') ?? causes.at(-1);
}

/** The step to point at when there is room for one: where they part, else the last cause, else the last step. */
export function mainStep(finding: Finding): Evidence | undefined {
  return (
    partingStep(finding) ??
    finding.evidence.findLast((step) => stepKind(step.role) === 'cause') ??
    finding.evidence.at(-1)
  );
}
