// GUP-fast must not keep a pin that it took while fork was copying the same page tables.
import { type At, defineRule, type ForkUnderWay, type Mm, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

/** This close to either end of the window, the clocks of two CPUs cannot tell inside from outside. */
const SKEW_NS = 10_000;

export default defineRule({
  meta: {
    id: 'gup-fast-during-fork',
    summary: 'A lockless FOLL_PIN grab succeeded while fork was copying the page tables of the same address space.',
    why:
      'fork decides for each page whether it is pinned. A pin taken after that decision is on a page shared with the ' +
      'child. write_protect_seq makes GUP-fast back off instead',
    needs: [['gup'], ['grab'], ['forkVma'], ['forkVmaRet']],
    status: 'experimental',
    severity: { all: 'note: the order of events on two CPUs is seldom certain enough for more' },
    falsePositives: ['clock skew between CPUs', 'VMAs that are not copy-on-write'],
    references: ['mm/gup: use gup_can_follow_protnone() also in GUP-fast (linux-mm, August 2022)'],
    fixedBy: [fix('57efa1fe5957')],
    messages: { stuck: 'the lockless grab of {pinned} succeeded while {task} was in copy_page_range() of the same mm' },
    examples: examplesOf('gup-fast-during-fork'),
  },
  create(context) {
    // until the next fork: a page that fork copies early after all is not shared
    let stuck: { pin: Pin; fork: ForkUnderWay; at: At }[] = [];
    const copied = new Map<Mm, Map<number, At>>();
    const notified = new Map<Mm, At>();
    const tell = (mm?: Mm) => {
      for (const { pin, fork: f, at } of stuck) {
        if (mm !== undefined && pin.mm !== mm) continue;
        const close =
          pin.grabAt?.cpu !== f.at.cpu &&
          !(Math.abs((pin.grabAt?.ts ?? Number.NaN) - (f.at.ts ?? Number.NaN)) > SKEW_NS);
        context.report({
          messageId: 'stuck',
          data: { task: f.at },
          pin,
          at,
          cause: 'write_protect_seq was not honoured',
          severity: 'note',
          doubts: [
            { cap: close ? 'low' : 'medium', because: 'the finding depends on the order of events on two CPUs' },
          ],
          path: [{ role: 'fork', at: f.at, what: 'copy_page_range() begins' }],
        });
      }
      stuck = mm === undefined ? [] : stuck.filter(({ pin }) => pin.mm !== mm);
    };
    return {
      fork({ src }) {
        if (stuck.length > 0) tell(src);
        copied.delete(src);
      },
      earlyCopy({ src, vpn, at }) {
        stuck = stuck.filter(({ pin }) => pin.mm !== src || pin.vpn !== vpn);
        const pages = copied.get(src) ?? new Map<number, At>();
        copied.set(src, pages.set(vpn, at));
      },
      notifierStart({ mm, at }) {
        notified.set(mm, at);
      },
      release({ pin }) {
        if (stuck.length === 0) return;
        // KVM's notifiers, for one, may take longer than an I/O: what was given back before they return is not shared
        const isEarly = ({ at, src, isOver }: ForkUnderWay): boolean => {
          const n = notified.get(src);
          return !isOver && n !== undefined && n.order > at.order && n.pid === at.pid;
        };
        stuck = stuck.filter((s) => s.pin !== pin || !isEarly(s.fork));
      },
      exit({ mm }) {
        tell(mm);
        copied.delete(mm);
        notified.delete(mm);
      },
      pin({ pin, at }) {
        const f = pin.duringFork;
        if (f === undefined || pin.mm === undefined || pin.call.kind !== 'PIN' || pin.grabAt === undefined) return;
        if (pin.vpn === undefined || pin.vpn < f.start || pin.vpn >= f.end || pin.entry.file) return;
        // copy_page_range() takes write_protect_seq only after its notifiers: what was grabbed before looks pinned to it
        const copy = copied.get(pin.mm)?.get(pin.vpn);
        if (copy === undefined || copy.order < f.at.order) stuck.push({ pin, fork: f, at });
      },
      end: () => tell(),
    };
  },
});
