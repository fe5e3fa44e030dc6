// Why: KSM, migration and khugepaged all replace one page by another, and all must skip pages that somebody holds.
// Their three rules differ only in names.
import { type Drift, defineRule, type Rule, type RuleMeta, type Step } from './contract.ts';
import { matters } from './drift-cause.ts';
import { examplesOf } from './examples.ts';

interface ReplacedPage extends Pick<RuleMeta, 'id' | 'summary' | 'why' | 'needs' | 'references'> {
  /** how the other page was mapped at the address */
  readonly via: Drift['via'];
  /** steps of the pin that prove it */
  readonly role: Step['role'];
  readonly cause: string;
  /** the message, with {pinned} and {mapped} */
  readonly replaced: string;
}

export function replacedPageRule({ via, role, cause, replaced, ...meta }: ReplacedPage): Rule {
  return defineRule({
    meta: {
      ...meta,
      status: 'stable',
      severity: {
        all:
          'error for FOLL_PIN and for memory under I/O; note for a FOLL_GET with an unknown user, since the kernel ' +
          'replaces such a page only when no reference is left',
      },
      falsePositives: ['a release that was not recorded, so that the pin had ended; see the confidence'],
      fixedBy: [],
      messages: { replaced },
      overrides: ['cow-under-write-pin', 'stale-read-pin', 'pinned-page-replaced'],
      examples: examplesOf(meta.id),
    },
    create(context) {
      return {
        drift({ drift }) {
          const { pin } = drift;
          if (drift.via !== via || !matters(drift)) return;
          context.report({
            messageId: 'replaced',
            drift,
            pin,
            cause,
            severity: pin.call.kind === 'PIN' || pin.owner !== undefined ? 'error' : 'note',
            path: pin.steps.filter((step) => step.role === role),
          });
        },
      };
    },
  });
}
