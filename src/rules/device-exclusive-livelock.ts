// A driver starts over whenever its notifier fires, and its own attempt fires the notifier.
import { type At, defineRule, type Mm, type PageId } from './contract.ts';
import { examplesOf } from './examples.ts';

/** Successive attempts that count as a livelock. */
const ATTEMPTS = 5;
/** A driver that starts over within one operation does so at once; another request from user space takes longer. */
const AT_ONCE_NS = 2_000_000;

interface Loop {
  count: number;
  first: At;
  last: At;
  page: PageId | undefined;
  told: boolean;
}

export default defineRule({
  meta: {
    id: 'device-exclusive-livelock',
    summary: 'Device-exclusive access to one page was set again and again, each attempt undone by the next.',
    why:
      'each attempt first faults the page back in, and that restore sends MMU_NOTIFY_CLEAR without an owner; the ' +
      'driver cannot tell its own restore from one caused by another task, and starts over',
    needs: [['devExcl'], ['devExclRet', 'devExclOne'], ['devExclRet', 'clearFlush'], ['devRestore']],
    status: 'stable',
    severity: { '7.2': 'warning' },
    falsePositives: ['a driver that really needs the page that often'],
    references: ['mm: Device exclusive memory access (linux-mm, March 2021), on MMU_NOTIFY_EXCLUSIVE and its owner'],
    fixedBy: [],
    advice:
      'hold the folio lock across the check, as make_device_exclusive() returns it, instead of starting over on every invalidation',
    messages: {
      loop: 'device-exclusive access to {pinned} was set {count} times in a row, each time undone by the next attempt',
    },
    examples: examplesOf('device-exclusive-livelock'),
  },
  create(context) {
    const loops = new Map<Mm, Map<number, Loop>>();
    const of = (mm: Mm): Map<number, Loop> => {
      let map = loops.get(mm);
      if (map === undefined) {
        map = new Map();
        loops.set(mm, map);
      }
      return map;
    };
    const tell = (mm: Mm, vpn: number, l: Loop) => {
      // if no restore was recorded, anything may have undone the attempts
      if (l.count < ATTEMPTS || l.told || context.model.seen('devRestore') === 0) return;
      l.told = true;
      context.report({
        messageId: 'loop',
        data: { count: l.count },
        about: { mm, vpn, page: l.page, at: l.first },
        cause: 'each attempt restores the entry set by the previous one',
        severity: 'warning',
        path: [{ role: 'device-exclusive', at: l.first, what: 'first attempt' }],
      });
    };
    return {
      deviceExclusive({ mm, vpn, page, at }) {
        const map = of(mm);
        const l = map.get(vpn);
        if (
          l === undefined ||
          at.pid !== l.last.pid ||
          !((at.ts ?? Number.NaN) - (l.last.ts ?? Number.NaN) < AT_ONCE_NS)
        ) {
          if (l !== undefined) tell(mm, vpn, l);
          map.set(vpn, { count: 1, first: at, last: at, page, told: false });
        } else {
          l.count++;
          l.last = at;
        }
      },
      deviceRestore({ mm, vpn, by }) {
        if (by === 'next attempt') return;
        const map = of(mm);
        const l = map.get(vpn);
        if (l !== undefined) tell(mm, vpn, l);
        map.delete(vpn);
      },
      exit({ mm }) {
        for (const [vpn, l] of loops.get(mm) ?? []) tell(mm, vpn, l);
        loops.delete(mm);
      },
      end() {
        for (const [mm, map] of loops) for (const [vpn, l] of map) tell(mm, vpn, l);
      },
    };
  },
});
