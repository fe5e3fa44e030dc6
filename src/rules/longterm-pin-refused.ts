// The kernel refused a long-term pin: the page could not be migrated, or the file does not allow it.
import { type At, defineRule, type Mm } from './contract.ts';
import { examplesOf } from './examples.ts';

/** FOLL_LONGTERM in both layouts; it shares a bit with FOLL_TOUCH, which callers never pass. */
const LONGTERM = 0x10000 | 0x100;
/** Two rounds are normal: one finds the pages to migrate, one pins. */
const ROUNDS = 10;

export default defineRule({
  meta: {
    id: 'longterm-pin-refused',
    summary: 'A FOLL_LONGTERM pin was refused, or needed many rounds of page migration.',
    why:
      'pages in ZONE_MOVABLE or CMA must be migrated first, and files with dirty tracking cannot be pinned for ' +
      'writing; the caller gets an error and may silently fall back',
    needs: [['gup'], ['gupRet']],
    status: 'stable',
    severity: { all: 'note' },
    falsePositives: ['none known'],
    references: ['tools/testing/selftests/mm/gup_longterm.c'],
    fixedBy: [],
    messages: {
      refused: 'pin_user_pages() with FOLL_LONGTERM of {nr} pages returned {ret}',
      retried:
        'a FOLL_LONGTERM pin walked the same address {rounds} times: its pages were migrated, or could not be, again and again',
    },
    examples: examplesOf('longterm-pin-refused'),
  },
  create(context) {
    // __gup_longterm_locked() loops until check_and_migrate_movable_pages() finds nothing more to migrate
    const rounds = new Map<
      number,
      { outer: At; mm: Mm | undefined; start: number | undefined; inner: number; told: boolean }
    >();
    return {
      events: {
        gup({ at, fields }) {
          const { start, flags, mm } = fields;
          if (at.pid === undefined || flags === undefined) return;
          if (at.fn !== '__get_user_pages') {
            if (at.fn?.startsWith('pin_') === true && (flags & LONGTERM) !== 0)
              rounds.set(at.pid, { outer: at, mm: undefined, start: undefined, inner: 0, told: false });
            else if (at.fn?.startsWith('get_') === true || at.fn?.startsWith('pin_') === true) rounds.delete(at.pid);
            return;
          }
          const r = rounds.get(at.pid);
          if (r === undefined) return;
          r.inner = r.start === start ? r.inner + 1 : 1;
          r.start = start;
          if (r.inner < ROUNDS || r.told || mm === undefined || start === undefined) return;
          r.told = true;
          context.report({
            messageId: 'retried',
            data: { rounds: r.inner },
            about: { mm, vpn: Math.floor(start / context.model.pageBytes), page: undefined, at: r.outer },
            at,
            cause: 'repeated migration and retry',
            severity: 'note',
            path: [{ role: 'pin', at: r.outer, what: 'the call' }],
          });
        },
        gupRet(event) {
          if (rounds.size === 0) return;
          const { at } = event;
          if (at.pid !== undefined && at.fn?.startsWith('pin_') === true) rounds.delete(at.pid);
        },
      },
      pinFailed({ call, at }) {
        if (!call.longterm || call.mm === undefined || call.ret === undefined || call.ret >= 0) return;
        context.report({
          messageId: 'refused',
          data: { nr: call.nr ?? '?', ret: call.ret },
          about: {
            mm: call.mm,
            vpn: call.address === undefined ? undefined : Math.floor(call.address / context.model.pageBytes),
            page: undefined,
            at: call.at,
          },
          at,
          cause: 'the call returned an error',
          severity: 'note',
          path: [{ role: 'pin', at: call.at, what: 'refused' }],
        });
      },
    };
  },
});
