import { testRule } from 'pindrift/testing';
import rule from './vfio-range-unmapped.ts';

const MM = 'mm=0xffff88e44106c200';
const PIN = `
  qemu-812 [001] ..... 8.074600: fault: (handle_mm_fault+0x4/0x2c0) ${MM} addr=0x7f08d439b000 flags=0x1255
  qemu-812 [001] ..... 8.075700: vfio_pin: (vfio_pin_pages_remote+0x0/0x4d0) vaddr=0x7f08d439b000 npage=1
  qemu-812 [001] ..... 8.075762: pin_remote: (pin_user_pages_remote+0x4/0x60) ${MM} start=0x7f08d439b000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
  qemu-812 [001] d.... 8.076371: grab_slow: (try_grab_folio+0x0/0x160) page=0xffffef6b010cc040 refs=1 flags=0x90101 ref=1
  qemu-812 [001] ..... 8.076689: pin_remote_ret: (vaddr_get_pfns+0x82/0xf0 <- pin_user_pages_remote) ret=1`;
const VFIO_RET =
  '  qemu-812 [001] ..... 8.076700: vfio_pin_ret: (vfio_dma_do_map+0x1c2/0x5f0 <- vfio_pin_pages_remote) ret=1';
const PINNED = `${PIN}\n${VFIO_RET}`;
const ZAP = `qemu-812 [001] ..... 8.162298: zap: (unmap_page_range+0x4/0x1420) ${MM} start=0x7f08d439b000 end=0x7f08d439c000`;

testRule(rule, {
  fires: [
    {
      name: 'MADV_DONTNEED on guest memory',
      trace: `${PINNED}
  ${ZAP} # expect: unmapped`,
      expect: [
        {
          messageId: 'unmapped',
          message: /^qemu\[812\] unmapped .*, one of 1 pages that VFIO had pinned at 0x7f08d439b000$/,
        },
      ],
    },
  ],
  silent: [
    {
      name: 'another pin, after VFIO was done',
      trace: `${PINNED.replace(/.*vfio_pin_ret.*/, '').replace(/(.*vfio_pin:.*\n)/, `$1${VFIO_RET.replace('8.076700', '8.075710')}\n`)}
  ${ZAP}`,
    },
    {
      name: 'released before',
      trace: `${PINNED}
  qemu-812 [001] ..... 8.153614: unpin: (unpin_user_page+0x4/0x20) page=0xffffef6b010cc040
  qemu-812 [001] ..... 8.153622: put_folio: (gup_put_folio+0x0/0xa0) page=0xffffef6b010cc040 refs=1 flags=0x80000
  ${ZAP}`,
    },
  ],
  partial: [
    {
      name: 'vfio_pin_pages_remote was not probed',
      trace: `${PIN.replace(/.*vfio_pin:.*\n/, '')}
  ${ZAP}`,
    },
  ],
});
