// Why: selects the subject of a history: a page, an address, an mm, a thread, a time span; applied to every step.

import type { At } from '../model/at.ts';
import type { Machine } from '../model/machine.ts';
import type { TraceHead } from '../parsers/formats/head.ts';
import { hexFlag } from '../pins/selection.ts';
import { InputError } from '../util/errors.ts';
import { pointerOf } from '../vocabulary/number.ts';
import type { ToldStep } from './steps.ts';

/** The flags of `show` that select a subject. */
export interface StoryFlags {
  page?: string | undefined;
  pfn?: string | undefined;
  mm?: string | undefined;
  addr?: string | undefined;
  pid?: number | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

export interface StorySelection {
  /** struct page pointer */
  page: bigint | undefined;
  pfn: bigint | undefined;
  mm: bigint | undefined;
  address: number | undefined;
  pid: number | undefined;
  since: string | undefined;
  until: string | undefined;
}

/** undefined: no such flag is given, so a finding is shown. */
export function storySelection(flags: StoryFlags): StorySelection | undefined {
  const { pid, since, until } = flags;
  const page = hexFlag('--page', flags.page);
  const addr = hexFlag('--addr', flags.addr);
  if (since !== undefined && until !== undefined && Number(until) < Number(since))
    throw new InputError(`--until ${until} is before --since ${since}`, {
      tryThis: `--since ${until} --until ${since}`,
    });
  // no machine has so many pages; a `struct page` is above, in the lower half of the addresses on s390x alone
  const isPointer = page !== undefined && page >= 1n << 40n;
  const selection: StorySelection = {
    page: isPointer ? page : undefined,
    pfn: hexFlag('--pfn', flags.pfn) ?? (isPointer ? undefined : page),
    mm: hexFlag('--mm', flags.mm),
    address: addr === undefined ? undefined : Number(addr),
    pid,
    since: timeText('--since', since),
    until: timeText('--until', until),
  };
  return Object.values(selection).some((value) => value !== undefined) ? selection : undefined;
}

/** `pfn 0x47b3c, mm 0xffff...`: the subject. */
export function selectionWords({ address, mm, page, pfn, pid, since, until }: StorySelection): string {
  const hex = (n: bigint) => `0x${n.toString(16)}`;
  const parts = [
    page === undefined ? '' : `page ${hex(page)}`,
    pfn === undefined ? '' : `pfn ${hex(pfn)}`,
    address === undefined ? '' : `address 0x${address.toString(16)}`,
    mm === undefined ? '' : `mm ${hex(mm)}`,
    pid === undefined ? '' : `thread or process ${pid}`,
    since === undefined ? '' : `from ${since}`,
    until === undefined ? '' : `to ${until}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/**
 * @param head base of relative times; needed if the selection has one
 * @param pfnBase page of pfn 0; needed if the selection has a pfn; NaN if unknown
 */
export function selectionTest(
  selection: StorySelection,
  head: TraceHead | undefined,
  pfnBase = Number.NaN,
): (told: ToldStep, machine: Machine) => boolean {
  const { address, pid } = selection;
  const pfn = selection.pfn === undefined ? undefined : pfnBase + Number(selection.pfn);
  const inTime = timeTest(selection, head);
  return ({ at, mms, pages, pfn: named, role, spans }, { arch, origin, pageBytes, structPage }) => {
    const mm = selection.mm === undefined ? undefined : pointerOf(selection.mm, arch?.fromZero);
    const pointer = selection.page === undefined ? undefined : pointerOf(selection.page, arch?.fromZero);
    const wanted = pointer === undefined ? pfn : (pointer - origin) / structPage;
    if (!inTime(at)) return false;
    if (role === 'lost') return true;
    // one line for each page of a process that ends: told to those who ask for the page
    if ((role === 'rmap del' || role === 'refs') && wanted === undefined) return false;
    if (pid !== undefined && at.pid !== pid && at.tgid !== pid) return false;
    const isNamed = named !== undefined && selection.pfn === BigInt(named);
    // a page that the trace does not show is NaN, which is no name
    const isShown = wanted !== undefined && !Number.isNaN(wanted) && pages.includes(wanted);
    if (wanted !== undefined && !isNamed && !isShown) return false;
    if (address !== undefined) {
      const vpn = Math.floor(address / pageBytes);
      return spans.some((span) => (mm === undefined || span.mm?.ptr === mm) && span.from <= vpn && vpn < span.to);
    }
    return mm === undefined || mms.some((one) => one?.ptr === mm);
  };
}

function timeTest({ since, until }: StorySelection, head: TraceHead | undefined): (at: At) => boolean {
  if (head === undefined) return () => true;
  const from = since === undefined ? undefined : sinceBase(since, head);
  const to = until === undefined ? undefined : sinceBase(until, head);
  return ({ ts }) => (from === undefined || ts >= from) && (to === undefined || ts <= to);
}

/** A time as the trace prints it, as ns (or ticks) since its time base. */
function sinceBase(text: string, { timeBase, timeUnit }: TraceHead): number {
  const [whole = '0', fraction = ''] = text.split('.');
  if (timeUnit !== 'ns') return Number(whole) - timeBase;
  return Number((BigInt(whole) - BigInt(timeBase)) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9)));
}

function timeText(flag: string, text: string | undefined): string | undefined {
  if (text === undefined || /^\d+(\.\d+)?$/.test(text)) return text;
  throw new InputError(`${flag} ${text}: expected a time as printed in the trace`, { tryThis: `${flag} 20.546772` });
}
