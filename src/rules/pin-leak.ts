// A FOLL_PIN that is never released: the page never returns to the allocator.
import { defineRule, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';

/**
 * io_uring releases its pins only after the process is gone: a work item of the ring does it, after an RCU grace period
 * (io_ring_exit_work(), io_uring/io_uring.c).
 */
const OF_IO_URING = new Set(['io_pin_pages', 'io_sqe_buffer_register']);
/** ns after the end of the address space in which that is not overdue */
const GRACE = 1e9;

/**
 * Users of FOLL_PIN in the kernel itself that release their pins, by the function that calls pin_user_pages*() or the
 * one it is inlined into (5.10 to 7.2; checked against v6.12).
 */
const GIVES_BACK = new Set([
  ...OF_IO_URING,
  'iov_iter_extract_pages',
  'iov_iter_extract_user_pages',
  'vaddr_get_pfns',
  'ib_umem_get',
  'pfn_reader_user_pin',
  'xdp_umem_reg',
  'xdp_umem_pin_pages',
  'process_vm_rw_core',
  'process_vm_rw_single_vec',
  'rds_pin_pages',
  'siw_umem_get',
  'sev_pin_memory',
  'mm_iommu_do_alloc',
  'get_vaddr_frames',
  'i915_gem_object_userptr_submit_init',
]);

const nameOf = (caller: string | undefined): string =>
  (caller ?? '').replace(/\+0x.*$|\.(?:part|constprop|isra|cold).*$/g, '');
const takenBy = (api: string | undefined, caller: string | undefined): string => `${api} ${nameOf(caller)}`;

export default defineRule({
  meta: {
    id: 'pin-leak',
    summary:
      'A FOLL_PIN was still held after its address space was gone and the trace ended, or its page was reused without a release.',
    why:
      'the page stays allocated and unmovable forever; a driver that forgets its pins, or releases them with ' +
      'put_page(), loses memory with each of them',
    needs: [['gup'], ['mmExit'], ['putFolio', 'unpin', 'unpinPages', 'unpinFolio', 'unpinRange']],
    status: 'stable',
    severity: {
      all: 'warning when the address space is gone, of io_uring for a second; note when the page was reused (a release that was not recorded)',
    },
    falsePositives: [
      'an owner that outlives the process (file descriptors passed on) and releases after the end of the trace',
    ],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    advice: "release with unpin_user_page*(), in the owner's release path and in its error paths",
    messages: {
      leaked: 'the pin on {pinned} was never released, although its address space is gone',
      reused: '{pinned} was reallocated while it was pinned: its release was not recorded',
    },
    examples: examplesOf('pin-leak'),
  },
  create(context) {
    /** callers for which the trace shows at least one release, by the function they call */
    const givenBack = new Map<string | undefined, Set<string | undefined>>();
    const giveBack = ({ api, caller }: Pin['call']): void => {
      const callers = givenBack.get(api);
      if (callers === undefined) givenBack.set(api, new Set([caller]));
      else callers.add(caller);
    };
    /** where the address space ended of pins that are released later, in ns; and the latest time, approximately */
    const goneAt = new Map<Pin, number | undefined>();
    let last: number | undefined;
    const isEarly = (pin: Pin): boolean =>
      goneAt.has(pin) &&
      !(context.model.facts.timeUnit === 'ns' && (last ?? Number.NaN) - (goneAt.get(pin) ?? Number.NaN) > GRACE);
    return {
      exit({ at, pins }) {
        last = at.ts;
        for (const pin of pins) if (OF_IO_URING.has(nameOf(pin.call.caller))) goneAt.set(pin, at.ts);
      },
      release({ pin, by, at }) {
        last = at.ts;
        goneAt.delete(pin);
        if (by !== 'unseen' && by !== 'over' && by !== 'given up') giveBack(pin.call);
        if (by !== 'unseen' || pin.call.kind !== 'PIN') return;
        context.report({
          messageId: 'reused',
          pin,
          at,
          cause: 'no release was recorded',
          severity: 'note',
          doubts: [{ cap: 'low', because: 'most likely the release was not recorded' }],
          path: [{ role: 'map', at, what: 'the page is reused' }],
        });
      },
      end({ pins }) {
        const { model } = context;
        // a release that matches no pin may belong to any of these, or to a pin that was not recorded
        const blind = model.partial() || model.counts.unmatched > 0;
        const known = new Set([...givenBack].flatMap(([api, all]) => [...all].map((caller) => takenBy(api, caller))));
        for (const pin of pins) {
          if (pin.call.kind !== 'PIN' || pin.state !== 'orphan') continue;
          const shown = known.has(takenBy(pin.call.api, pin.call.caller));
          // the kernel's own users release their pins; if none of their releases was recorded, the probe was not
          // enabled
          const returns = shown || !GIVES_BACK.has(nameOf(pin.call.caller));
          const early = isEarly(pin);
          const named = pin.page !== undefined && pin.pageFrom !== 'mapping' && pin.call.ret !== undefined;
          context.report({
            messageId: 'leaked',
            pin,
            at: pin.call.heldAt,
            cause: 'a pin that is never released',
            severity: blind || early || !returns || !named ? 'note' : 'warning',
            doubts: [
              { cap: 'medium', because: 'the owner may release after the end of the trace' },
              ...(shown
                ? []
                : [
                    {
                      cap: 'low' as const,
                      because: 'no release of any pin taken by this caller is recorded in this trace',
                    },
                  ]),
              ...(early ? [{ cap: 'low' as const, because: 'io_uring releases it after the process has exited' }] : []),
              ...(blind ? [{ cap: 'low' as const, because: 'the release may be among the missing events' }] : []),
            ],
          });
        }
      },
    };
  },
});
