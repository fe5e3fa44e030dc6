// Why: what the replay tells, as steps of a story: role, place, who and what it is about. Words are found at the end,
// when the trace has shown which struct page is which pfn.
import type { Words } from '../engine/reading/words.ts';
import type { At } from '../model/at.ts';
import type { Machine } from '../model/machine.ts';
import type { PageId } from '../model/page-table.ts';
import type { Io, Mm, Pin } from '../model/state.ts';
import type { TransitionName, Transitions } from '../model/transitions.ts';
import { hex } from '../vocabulary/number.ts';

/** A virtual range of an address space, in pages. */
export interface PageRange {
  mm: Mm | undefined;
  from: number;
  to: number;
}

export interface ToldStep {
  role: string;
  at: At;
  spans: PageRange[];
  mms: (Mm | undefined)[];
  pages: PageId[];
  /** of an event that names its page only so, whether or not the trace shows which `struct page` that is */
  pfn?: number;
  what(words: Words): string;
}

type Tell = { [K in TransitionName]?: (t: Transitions[K], machine: Machine) => (ToldStep | undefined)[] };

export const told = (role: string, at: At, spans: PageRange[], pages: PageId[], what: ToldStep['what']): ToldStep => ({
  ...{ role, at, spans, pages, what },
  mms: spans.map(({ mm }) => mm),
});
const one = (mm: Mm | undefined, vpn: number): PageRange => ({ mm, from: vpn, to: vpn + 1 });
const spanOf = (mm: Mm, start: number, end: number): PageRange => ({ mm, from: start, to: end });
const ofPins = (pins: readonly Pin[]): PageRange[] => pins.map((pin) => one(pin.mm, pin.where));
const pagesOf = (pins: readonly Pin[]): PageId[] => pins.map(({ page }) => page);
const ofIo = (role: string, at: At, { bytes, dir, pages, pins }: Io): ToldStep => {
  const carried = pages.map(({ page }) => page);
  return told(role, at, ofPins(pins), carried, () => `${dir ?? 'I/O'} ${bytes} bytes`);
};
const range = (w: Words, { from, to }: PageRange): string => `${w.address(from)}..${w.address(to)}`;

export const TELL: Tell = {
  pin: ({ pin }) => [
    pin.grabAt === undefined || pin.grabAt.line === pin.call.at.line
      ? undefined
      : told('grab', pin.grabAt, ofPins([pin]), [pin.page], (w) => `reference on ${w.page(pin.page)}`),
    told('pin', pin.call.at, ofPins([pin]), [pin.page], (w) => `${w.page(pin.page)}  ${w.flags(pin).join('|')}`),
  ],
  pinFailed: ({ at, call }, { pageBytes }) => [
    told('pin failed', at, [one(call.mm, Math.floor(call.addr / pageBytes))], [], () =>
      Number.isNaN(call.ret) ? 'not pinned' : `returned ${call.ret} of ${call.nr}`,
    ),
  ],
  release: ({ at, by, pin }) => [
    told('release', at, ofPins([pin]), [pin.page], (w) => {
      if (by === 'unseen') return `not recorded; ${w.page(pin.page)} is reused`;
      if (by === 'over') return `not recorded; the I/O on ${w.page(pin.page)} has ended`;
      if (by === 'given up') return `not recorded; ${w.page(pin.page)} is no longer tracked`;
      return `${w.page(pin.page)} released`;
    }),
  ],
  unmatchedRelease: ({ at, page }) => [
    told('release', at, [], [page], (w) => `${w.page(page)} released; its pin was not recorded`),
  ],
  cow: ({ at, fault, mm, newPage, oldPage, vpn }) => [
    fault.line === at.line
      ? undefined
      : told('wp fault', fault, [one(mm, vpn)], [oldPage], (w) => `write fault on ${w.page(oldPage)}`),
    told('copy', at, [one(mm, vpn)], [oldPage, newPage], (w) => `${w.page(oldPage)} -> ${w.page(newPage)}`),
  ],
  reuse: ({ at, mm, page, vpn }) => [
    told('reuse', at, [one(mm, vpn)], [page], (w) => `${w.page(page)} made writable again`),
  ],
  unshare: ({ at, mm, newPage, oldPage, vpn }) => [
    told('unshare', at, [one(mm, vpn)], [oldPage, newPage], (w) => `${w.page(oldPage)} -> ${w.page(newPage)}`),
  ],
  unmap: ({ at, mm, page, vpn }) => [
    told('unmap', at, [one(mm, vpn)], [page], (w) => `PTE -> swap entry of ${w.page(page)}`),
  ],
  swapIn: ({ at, exclusive, mm, page, vpn }) => [
    told(
      'swap-in',
      at,
      [one(mm, vpn)],
      [page],
      (w) => `${w.page(page)} mapped ${exclusive ? 'exclusive' : 'read-only'}`,
    ),
  ],
  fork: ({ at, dst, end, pins, src, start }) => [
    told(
      'fork',
      at,
      [spanOf(src, start, end), spanOf(dst, start, end)],
      pagesOf(pins),
      (w) => `${range(w, { mm: src, from: start, to: end })} copied to the child, mm ${hex(dst.ptr)}`,
    ),
  ],
  share: ({ at, child, pin }) => [
    told(
      'share',
      at,
      [...ofPins([pin]), one(child, pin.where)],
      [pin.page],
      (w) => `pinned ${w.page(pin.page)} shared with the child, mm ${hex(child.ptr)}`,
    ),
  ],
  earlyCopy: ({ at, child, copy, page, src, vpn }) => [
    told(
      'early copy',
      at,
      [one(src, vpn), one(child, vpn)],
      [page, copy],
      (w) => `the child gets a copy, ${w.page(copy)}`,
    ),
  ],
  wrprotect: ({ at, end, kind, mm, pins, start }) => [
    told(
      'wrprotect',
      at,
      [spanOf(mm, start, end)],
      pagesOf(pins),
      (w) => `${range(w, { mm, from: start, to: end })} read-only by ${kind}`,
    ),
  ],
  zap: ({ at, end, mm, pins, start }) => [
    told(
      'zap',
      at,
      [spanOf(mm, start, end)],
      pagesOf(pins),
      (w) => `${range(w, { mm, from: start, to: end })} unmapped`,
    ),
  ],
  move: ({ at, bytes, from, mm, pins, to }, { pageBytes }) => [
    told(
      'move',
      at,
      [spanOf(mm, from, from + bytes / pageBytes), spanOf(mm, to, to + bytes / pageBytes)],
      pagesOf(pins),
      (w) => `${w.address(from)} moved to ${w.address(to)}, ${bytes} bytes`,
    ),
  ],
  replace: ({ at, mm, newPage, oldPage, via, vpn }) => [
    told(
      via === 'ksm' ? 'ksm merge' : via,
      at,
      [one(mm, vpn)],
      [oldPage, newPage],
      (w) => `${w.page(oldPage)} -> ${w.page(newPage)}`,
    ),
  ],
  split: ({ at, mm, vpn }) => [told('split', at, [one(mm, vpn)], [], () => 'PMD split into PTEs, same pages')],
  deviceExclusive: ({ at, mm, page, vpn }) => [
    told('device-exclusive', at, [one(mm, vpn)], [page], (w) => `PTE -> device-exclusive entry of ${w.page(page)}`),
  ],
  exclusiveCopied: ({ at, child, page, src, vpn }) => [
    told(
      'fork',
      at,
      [one(src, vpn), one(child, vpn)],
      [page],
      (w) => `the child got the device-exclusive entry of ${w.page(page)}`,
    ),
  ],
  deviceRestore: ({ at, by, mm, page, vpn }) => [
    told('restore', at, [one(mm, vpn)], [page], (w) => `${w.page(page)} present again, by ${by}`),
  ],
  ioSubmit: ({ at, io }) => [ofIo('i/o submit', at, io)],
  ioEnd: ({ at, io }) => [ofIo('i/o end', at, io)],
  heal: ({ at, drift: { pin } }) => [
    told('heal', at, ofPins([pin]), [pin.page], (w) => `the address maps ${w.page(pin.page)} again`),
  ],
  exit: ({ at, mm, pins }) => [
    {
      ...told('exit', at, ofPins(pins), pagesOf(pins), () => `mm ${hex(mm.ptr)} ends, ${pins.length} pins held`),
      mms: [mm],
    },
  ],
};
