import { testRule } from 'pindrift/testing';
import rule from './pin-in-unknown-driver.ts';

const FAULT =
  'scn-196 [001] ..... 8.074600: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106c200 addr=0x7f08d439b000 flags=0x1255';
const MAP =
  'scn-196 [001] ..... 8.075700: any_name: (acme_map_user_buffer+0x0/0x1f0 [acme]) mm=0xffff88e44106c200 uaddr=0x7f08d439b000 npages=1';
const PIN = `
  scn-196 [001] ..... 8.075762: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f08d439b000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
  scn-196 [001] d.... 8.076371: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010cc040 refs=1 flags=0x80101 ref=1
  scn-196 [001] ..... 8.076689: pin_fast_ret: (acme_map_user_buffer+0x82/0xf0 [acme] <- pin_user_pages_fast) ret=1`;

await testRule(rule, {
  fires: [
    {
      name: 'a pin at the mapped address',
      trace: `${FAULT}\n${MAP}\n${PIN.replace(/refs=1(.*)/, 'refs=1$1 # expect: pinned')}`,
    },
  ],
  silent: [
    {
      name: 'a pin elsewhere',
      trace: `${FAULT}\n${MAP.replace('uaddr=0x7f08d439b000', 'uaddr=0x7f08d4000000')}\n${PIN}`,
    },
  ],
  partial: [{ name: 'the driver was not probed', trace: `${FAULT}\n${PIN}` }],
});
