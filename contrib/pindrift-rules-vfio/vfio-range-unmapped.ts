// A virtual machine's memory is pinned for a passed-through device, and the monitor unmaps a part of it (a balloon, a
// hot-unplug). The device goes on working on pages that the guest no longer has.
import { defineRule, type Pin } from 'pindrift';
import { probes } from './probes.ts';

export default defineRule({
  probes,
  meta: {
    id: 'vfio-range-unmapped',
    summary: 'Memory that VFIO had pinned for a device was unmapped.',
    why: 'the pin keeps the old pages for the device; what is mapped there next is another page',
    needs: [['vfioPin'], ['vfioPinRet'], ['gup'], ['zap']],
    status: 'experimental',
    severity: { all: 'warning' },
    falsePositives: ['a range that is unmapped right before VFIO_IOMMU_UNMAP_DMA'],
    references: ['Documentation/driver-api/vfio.rst'],
    fixedBy: [],
    advice: 'VFIO_IOMMU_UNMAP_DMA before munmap or MADV_DONTNEED; ram_block_discard_disable() in QEMU',
    messages: { unmapped: '{task} unmapped {pinned}, one of {npage} pages that VFIO had pinned at {vaddr}' },
  },
  create(context) {
    // calls of vfio_pin_pages_remote() under way, by thread; and the pins that were taken inside them
    const open = new Map<number, { vaddr: number; npage: number }>();
    const owned = new Map<Pin, { vaddr: number; npage: number }>();
    return {
      pin({ pin, at }) {
        const call = at.pid === undefined ? undefined : open.get(at.pid);
        if (call !== undefined) owned.set(pin, call);
        else context.debug('no vfio_pin_pages_remote() is under way');
      },
      release({ pin }) {
        owned.delete(pin);
      },
      zap({ pins, at }) {
        for (const pin of pins) {
          const call = owned.get(pin);
          if (call === undefined) continue;
          owned.delete(pin);
          context.report({
            messageId: 'unmapped',
            data: { task: at, npage: call.npage, vaddr: `0x${call.vaddr.toString(16)}` },
            pin,
            at,
            cause: 'the range was unmapped while VFIO held it',
            severity: 'warning',
            path: [{ role: 'zap', at, what: 'unmapped' }],
          });
        }
      },
      events: {
        vfioPin({ at, fields: { vaddr, npage } }) {
          if (at.pid !== undefined && vaddr !== undefined && npage !== undefined) open.set(at.pid, { vaddr, npage });
        },
        vfioPinRet({ at }) {
          if (at.pid !== undefined) open.delete(at.pid);
        },
      },
    };
  },
});
