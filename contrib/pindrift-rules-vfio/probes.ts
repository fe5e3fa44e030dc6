// drivers/vfio/vfio_iommu_type1.c pins guest memory in vfio_pin_pages_remote(), which pindrift has no probe on. With
// it, a pin is known to be a VFIO device's. Rules of one package share the probes they have in common.
import type { Probes } from 'pindrift';

export const probes = {
  vfioPin: {
    function: 'vfio_pin_pages_remote',
    on: 'entry',
    events: ['vfio_pin'],
    fields: { vaddr: 'address', npage: 'number' },
    // vfio_pin_pages_remote(struct vfio_dma *dma, unsigned long vaddr, unsigned long npage, ...)
    define: { all: 'p vfio_pin_pages_remote vaddr=%si:x64 npage=%dx:s64' },
  },
  vfioPinRet: {
    function: 'vfio_pin_pages_remote',
    on: 'return',
    events: ['vfio_pin_ret'],
    fields: { ret: 'number' },
    define: { all: 'r vfio_pin_pages_remote ret=$retval:s64' },
  },
} as const satisfies Probes;
