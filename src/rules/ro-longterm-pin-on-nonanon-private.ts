// A read-only long-term pin of the zero page, or of a page cache page, in a private mapping.
import { defineRule } from './contract.ts';
import { copiedBy, matters } from './drift-cause.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'ro-longterm-pin-on-nonanon-private',
    summary:
      'The zero page or a file page of a private mapping was pinned for reading, and the first write of the process copied it.',
    why: 'there was no anonymous page yet; the write gives the process its own page, and the device keeps reading zeros or the file',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: {
      '5.10': 'warning for FOLL_LONGTERM, else note',
      '6.1': 'warning for FOLL_LONGTERM, else note',
      '6.12': 'error for FOLL_LONGTERM, else note',
      '7.2': 'error for FOLL_LONGTERM, else note',
    },
    falsePositives: ['short-term pins (not FOLL_LONGTERM), for which the kernel promises no more: a note'],
    references: ['tools/testing/selftests/mm/cow.c, non-anonymous rows'],
    fixedBy: [fix('84209e87c696'), fix('8d6a0ac09a16')],
    advice: 'write to the memory once before pinning it for reading',
    messages: {
      stale: 'the non-anonymous page {pinned} is pinned for reading; {what} replaced it by {mapped}',
      unknown:
        'the page {pinned}, not anonymous or shared by a fork before the trace, is pinned for reading; {what} replaced it by {mapped}',
    },
    overrides: ['stale-read-pin'],
    examples: examplesOf('ro-longterm-pin-on-nonanon-private'),
  },
  create(context) {
    return {
      drift({ drift }) {
        const { pin } = drift;
        const { call } = pin;
        if (drift.via !== 'cow' || call.write !== false || call.kind !== 'PIN' || !matters(drift)) return;
        const { file } = pin.entry;
        // an anonymous page would have been seen when it was mapped, unless that was before the trace
        if (!file && pin.entry.state !== undefined) return;
        context.report({
          messageId: file ? 'stale' : 'unknown',
          data: { what: copiedBy(drift, 'the first write of the process') },
          drift,
          pin,
          cause: 'pinned before the process had a page of its own',
          promise: call.longterm ? 'roLongtermUnsharesAll' : undefined,
          severity: call.longterm ? 'warning' : 'note',
          doubts: file
            ? []
            : [
                {
                  cap: 'high',
                  because: 'no line shows whether the page is anonymous',
                },
              ],
        });
      },
    };
  },
});
