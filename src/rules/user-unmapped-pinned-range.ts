// The process unmapped a range it had pinned. This is not a kernel bug, but worth reporting.
import { type At, type Drift, defineRule, type Pin, type Step } from './contract.ts';
import { examplesOf } from './examples.ts';

/** Ways to map a page where nothing was; khugepaged fills up to max_ptes_none holes. */
const FILLS: ReadonlySet<Drift['via']> = new Set(['fault', 'cow', 'observed', 'collapse']);

export default defineRule({
  meta: {
    id: 'user-unmapped-pinned-range',
    summary: 'The process unmapped the range it had pinned (munmap, MADV_DONTNEED) and got another page there.',
    why:
      'the pin keeps the old page alive for the device, and the next access to the address maps a new page; the kernel ' +
      'did what it was asked to do',
    needs: [['gup'], ['newAnon'], ['zap']],
    status: 'stable',
    severity: { all: 'note; warning when another process asked for it' },
    falsePositives: ['none known'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    advice: 'unregister the buffer, or wait for the I/O, before unmapping the memory',
    messages: {
      gone: 'the process itself unmapped the pinned page {pinned}; nothing was mapped there again',
      away: 'the process itself moved the pinned page {pinned} to another address (UFFDIO_MOVE); the old address now maps {mapped}',
      own: 'the process itself unmapped the pinned page {pinned}; the address now maps {mapped}',
      foreign: 'another process unmapped the pinned page {pinned}; the address now maps {mapped}',
    },
    overrides: [
      'cow-under-write-pin',
      'stale-read-pin',
      'fork-share-then-cow',
      'swapin-cow-under-pin',
      'wrprotect-then-cow',
      'soft-dirty-then-cow',
      'ro-longterm-pin-without-unshare',
      'ro-longterm-pin-on-nonanon-private',
      'pinned-page-replaced',
      'pinned-page-collapsed',
    ],
    examples: examplesOf('user-unmapped-pinned-range'),
  },
  create(context) {
    // weak: most pins are long over when the trace ends
    const told = new WeakSet<Pin>();
    const tell = (pin: Pin, step: Step, drift: Drift | undefined, at: At, unseen = false) => {
      if (pin.owner === 'transient' || (drift === undefined && told.has(pin))) return;
      told.add(pin);
      const foreign = step.foreign === true;
      context.report({
        messageId: foreign ? 'foreign' : drift === undefined ? 'gone' : step.role === 'zap' ? 'own' : 'away',
        drift,
        at,
        pin,
        cause: foreign
          ? 'another process unmapped the range'
          : step.role === 'zap'
            ? 'the process unmapped the range it had pinned'
            : 'the process moved the page it had pinned',
        severity: foreign && drift !== undefined ? 'warning' : 'note',
        selfInflicted: !foreign,
        doubts: unseen
          ? [{ cap: 'low', because: 'the release is not recorded and may have come before the unmapping' }]
          : [],
        path: [step],
      });
    };
    const open = new Map<Pin, Step>();
    return {
      zap({ pins }) {
        for (const pin of pins) {
          const step = pin.last('zap');
          if (step !== undefined) open.set(pin, step);
        }
      },
      drift({ drift }) {
        const step = drift.before.findLast((s) => s.role === 'zap' || s.role === 'move away');
        if (step === undefined || !FILLS.has(drift.via)) return;
        open.delete(drift.pin);
        tell(drift.pin, step, drift, drift.at);
      },
      release({ pin, at, by }) {
        const step = open.get(pin);
        open.delete(pin);
        if (step !== undefined && pin.drifts === 0) tell(pin, step, undefined, at, by === 'unseen');
      },
      end() {
        for (const [pin, step] of open) if (pin.drifts === 0) tell(pin, step, undefined, step.at);
      },
    };
  },
});
