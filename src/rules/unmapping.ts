// What was unmapped under a pin, as two rules ask it.
import type { Pin, Step } from './contract.ts';

/** The step that took a pinned page away from its address, where it has not been mapped again since. */
export function unmapping(pin: Pin, steps: readonly Step[]): Step | undefined {
  const last = steps.findLast(
    ({ role, page }) => role === 'zap' || role === 'move away' || (role === 'map' && page === pin.page),
  );
  return last?.role === 'map' ? undefined : last;
}

/** The process has faulted at the address since, and no line names the page that it got. */
export const faultedAgain = (pin: Pin, step: Step): boolean =>
  pin.drifts === 0 && pin.faultedAt !== undefined && pin.faultedAt.order > step.at.order;

/** Another process or a thread of the kernel has unmapped it, and which page the process got there since is not known. */
export function isReplacedUnseen(pin: Pin): boolean {
  const step = pin.faultedAt === undefined ? undefined : unmapping(pin, pin.steps);
  return step !== undefined && (step.foreign === true || step.kernel === true) && faultedAgain(pin, step);
}
