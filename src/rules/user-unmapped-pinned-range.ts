// The process gave up the mapping it had pinned. Nobody's bug but its own, and worth knowing.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';

export default defineRule({
  meta: {
    id: 'user-unmapped-pinned-range',
    summary: 'The process unmapped the range it had pinned (munmap, MADV_DONTNEED) and got another page there.',
    why: 'the pin keeps the old page alive for the device, and the next touch of the address brings a new one; the kernel did what it was asked to',
    needs: [['gup'], ['newAnon'], ['zap']],
    status: 'stable',
    severity: { all: 'note; warning when another process asked for it' },
    falsePositives: ['none known'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    advice: 'unregister or wait for the I/O before giving the memory back',
    messages: {
      own: 'the process unmapped the pinned page {pinned} itself; the address maps {mapped} now',
      foreign: 'another process unmapped the pinned page {pinned}; the address maps {mapped} now',
    },
    overrides: ['cow-under-write-pin', 'stale-read-pin', 'fork-share-then-cow', 'swapin-cow-under-pin', 'wrprotect-then-cow', 'pinned-page-replaced'],
  },
  create(context) {
    return {
      drift({ drift }) {
        if (!matters(drift)) return;
        const zap = drift.before.findLast((s) => s.role === 'zap');
        if (zap === undefined) return;
        const foreign = zap.foreign === true;
        context.report({
          messageId: foreign ? 'foreign' : 'own',
          drift,
          pin: drift.pin,
          cause: foreign ? 'another process unmapped the range' : 'the process unmapped the range it had pinned',
          severity: foreign ? 'warning' : 'note',
          selfInflicted: !foreign,
          path: [zap],
        });
      },
    };
  },
});
