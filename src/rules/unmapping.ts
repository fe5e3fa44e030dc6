// What was unmapped under a pin, as two rules ask it.
import type { Drift, Pin, Step } from './contract.ts';

/**
 * The step that took a pinned page away from its address, where it has not been mapped again since.
 * @param via how another page got there: a fault maps one only where nothing is, so a line that still shows the pinned page
 *   was about the time before the unmapping
 */
export function unmapping(pin: Pin, steps: readonly Step[], via?: Drift['via']): Step | undefined {
  const last = steps.findLast(
    ({ role, page }) =>
      role === 'zap' ||
      role === 'move away' ||
      (page === pin.page && (role === 'map' || (role === 'observed' && via !== 'fault'))),
  );
  return last?.role === 'map' || last?.role === 'observed' ? undefined : last;
}

/** The process has faulted at the address since, and no line names the page that it got. */
export const faultedAgain = (pin: Pin, step: Step): boolean =>
  pin.drifts === 0 && pin.faultedAt !== undefined && pin.faultedAt.order > step.at.order;

/**
 * Whether it may have been another process that unmapped the page, as far as is known. Those that have a file mapped do not
 * need each other's address spaces to unmap its pages; an anonymous page is unmapped by its own process.
 */
export const mayBeOthers = (pin: Pin, step: Step): boolean =>
  step.role === 'zap' &&
  (step.foreign === true || step.kernel === true || (step.foreign === undefined && !pin.entry.anon));

/** Perhaps another process, or a thread of the kernel, has unmapped it, and which page the process got there since is not known. */
export function isReplacedUnseen(pin: Pin): boolean {
  const step = pin.faultedAt === undefined ? undefined : unmapping(pin, pin.steps);
  return step !== undefined && mayBeOthers(pin, step) && faultedAgain(pin, step);
}
