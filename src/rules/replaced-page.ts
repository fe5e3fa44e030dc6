// Why: KSM, migration and khugepaged all replace one page by another, and all must skip pages that somebody holds.
// Their three rules differ only in names.
import { type Drift, defineRule, type Rule, type RuleMeta, type Step } from './contract.ts';
import { matters, mayBeNonAnonymous, promised } from './drift-cause.ts';
import { examplesOf } from './examples.ts';

interface ReplacedPage extends Pick<RuleMeta, 'id' | 'summary' | 'why' | 'needs' | 'references'> {
  /** how the other page was mapped at the address */
  readonly via: Drift['via'];
  /** steps of the pin that prove it */
  readonly role: Step['role'];
  readonly cause: string;
  /** the message, with {pinned} and {mapped} */
  readonly replaced: string;
  /** the message for a read pin that may be of the zero page, if that is replaced whoever refers to it */
  readonly ofZero?: string;
}

export function replacedPageRule({ via, role, cause, replaced, ofZero, ...meta }: ReplacedPage): Rule {
  return defineRule({
    meta: {
      ...meta,
      status: 'stable',
      severity: {
        all:
          'error for FOLL_PIN and for memory under I/O; note for a FOLL_GET with an unknown user, since the kernel ' +
          'replaces such a page only when no reference is left' +
          (ofZero === undefined
            ? ''
            : ', and for a read pin of what no line shows to be anonymous, since that may be the zero page'),
      },
      falsePositives: ['a release that was not recorded, so that the pin had ended; see the confidence'],
      fixedBy: [],
      messages: ofZero === undefined ? { replaced } : { replaced, ofZero },
      overrides: ['cow-under-write-pin', 'stale-read-pin', 'pinned-page-replaced'],
      examples: examplesOf(meta.id),
    },
    create(context) {
      return {
        drift({ drift }) {
          const { pin } = drift;
          if (drift.via !== via || !matters(drift)) return;
          const mayBeZero = ofZero !== undefined && mayBeNonAnonymous(pin);
          const isHeld = !mayBeZero && (pin.call.kind === 'PIN' || pin.owner !== undefined);
          context.report({
            messageId: mayBeZero ? 'ofZero' : 'replaced',
            drift,
            pin,
            cause,
            promise: mayBeZero ? promised(pin, undefined) : undefined,
            severity: isHeld ? 'error' : 'note',
            path: pin.steps.filter((step) => step.role === role),
          });
        },
      };
    },
  });
}
