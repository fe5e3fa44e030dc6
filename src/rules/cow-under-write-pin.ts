// The general case: a write fault copied a page that is pinned for writing.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'cow-under-write-pin',
    summary: 'A write fault copied a page that is pinned for writing.',
    why:
      'The address then maps the copy, and data written through the pin go to the old page, so the result of a read ' +
      'never reaches the process. From v5.9 to v5.18 any extra reference made do_wp_page() copy; since v5.19 exclusive ' +
      'anonymous pages are reused.',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: {
      '5.10': 'error where data were lost, else warning',
      '6.1': 'error for FOLL_PIN, and where data were lost; else warning',
      '6.12': 'error for FOLL_PIN, and where data were lost; else warning',
      '7.2': 'error for FOLL_PIN, and where data were lost; else warning',
    },
    falsePositives: ['references held only briefly (futex, ptrace, uprobes); they are recognised by their caller'],
    references: ['Documentation/core-api/pin_user_pages.rst', 'CVE-2020-29374, which led to the page_count() rule'],
    fixedBy: [fix('6c287605fd56')],
    advice: 'do not write-protect, fork or reclaim memory under I/O',
    messages: {
      copied: 'the page pinned for writing is {pinned}; since the copy the process sees {mapped}',
      observed: 'the page pinned for writing is {pinned}; the process sees {mapped}, and no line shows since when',
    },
    examples: examplesOf('cow-under-write-pin'),
  },
  create(context) {
    return {
      drift({ drift }) {
        if (drift.via !== 'cow' && drift.via !== 'observed') return;
        if (!drift.pin.call.write || !matters(drift)) return;
        context.report({
          messageId: drift.via === 'cow' ? 'copied' : 'observed',
          drift,
          pin: drift.pin,
          cause: drift.via === 'cow' ? 'a write fault copied the pinned page' : 'the address maps another page',
          promise: drift.pin.call.kind === 'PIN' ? 'writePinCoherent' : undefined,
          severity: 'warning',
        });
      },
    };
  },
});
