import { testRule } from 'pindrift/testing';
import rule from './drift-storm.ts';

// From a capture of Linux 5.10: a driver pins two pages for writing, mprotect() takes the write permission away and
// gives it back, and each of the next two writes copies a page.
const MM = 'mm=0xffff901941062640';
const PIN = `
  rig-722 [001] .... 126.104362: pin: (pin_user_pages+0x0/0x40) start=0x7f147594b000 nr=2 flags=0x10001 pages=0xffff9019815f0640
  rig-722 [001] .... 126.104381: gup_slow: (__get_user_pages+0x0/0x740) ${MM} start=0x7f147594b000 nr=2 flags=0x50001 pages=0xffff9019815f0640
  rig-722 [001] .... 126.104398: follow_pte: (follow_page_pte+0x0/0x630) ${MM} addr=0x7f147594b000 flags=0x50201
  rig-722 [001] .... 126.104405: grab_slow: (try_grab_page+0x0/0x110) page=0xffffda2a41023080 flags=0x50201 ref=1
  rig-722 [001] d... 126.104419: follow_pte_ret: (__get_user_pages+0x1fe/0x740 <- follow_page_pte) page=0xffffda2a41023080
  rig-722 [001] .... 126.104507: follow_pte: (follow_page_pte+0x0/0x630) ${MM} addr=0x7f147594c000 flags=0x50201
  rig-722 [001] .... 126.104508: grab_slow: (try_grab_page+0x0/0x110) page=0xffffda2a41feb500 flags=0x50201 ref=1
  rig-722 [001] d... 126.104510: follow_pte_ret: (__get_user_pages+0x1fe/0x740 <- follow_page_pte) page=0xffffda2a41feb500
  rig-722 [001] d... 126.104584: gup_slow_ret: (__gup_longterm_locked+0x65/0x210 <- __get_user_pages) ret=2
  rig-722 [001] d... 126.104590: pin_ret: (take+0x149/0x220 [pinrig] <- pin_user_pages) ret=2
  rig-722 [001] .... 126.108788: cprot: (change_protection+0x0/0xc80) ${MM} start=0x7f147594b000 end=0x7f147594d000 prot=0x8000000000000025 cp=0x1`;
const COPY = (time: string, addr: string, pte: string, page: string, comment = '') => `
  rig-722 [001] .... ${time}0: wp_fault: (do_wp_page+0x0/0x470) ${MM} addr=${addr} pte=${pte} flags=0x255
  rig-722 [001] .... ${time}4: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=${page} ${MM} addr=${addr} compound=0${comment}
  rig-722 [001] d... ${time}8: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8`;
const FIRST = COPY('126.10889', '0x7f147594b000', '0x80000000408c2865', '0xffffda2a41febb80');
const second = (time: string, comment = '') =>
  COPY(time, '0x7f147594c000', '0x800000007fad4865', '0xffffda2a4102efc0', comment);

testRule(rule, {
  fires: [
    {
      name: 'both pages within a millisecond',
      options: { atLeast: 2 },
      trace: PIN + FIRST + second('126.10907', ' # expect: storm'),
      expect: [{ messageId: 'storm', severity: 'warning', message: /^2 pinned pages parted within 1000 ms/ }],
    },
  ],
  silent: [
    { name: 'one page', options: { atLeast: 2 }, trace: PIN + FIRST },
    {
      name: 'two are no storm where three are asked for',
      options: { atLeast: 3 },
      trace: PIN + FIRST + second('126.10907'),
    },
    { name: 'a second apart', options: { atLeast: 2, withinMs: 500 }, trace: PIN + FIRST + second('127.10907') },
  ],
  partial: [
    {
      name: 'no event names the pages',
      options: { atLeast: 2 },
      trace: PIN.replace(/.*(grab_slow|follow_pte).*\n?/g, '').replace(/.*follow_pte_ret.*\n?/g, ''),
    },
  ],
});
