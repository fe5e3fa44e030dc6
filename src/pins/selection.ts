// Why: one definition of a selection of pins, for stores and for traces.
import type { PinLife, TraceInfo } from '../contract/report.ts';
import { InputError } from '../util/errors.ts';

export interface PinSelection {
  /** thread or process */
  pid?: number | undefined;
  comm?: string | undefined;
  mm?: string | undefined;
  addr?: string | undefined;
  /** page frame number, or struct page pointer */
  page?: string | undefined;
  state?: PinLife['state'] | undefined;
  api?: string | undefined;
  longterm?: boolean | undefined;
  'held-longer'?: string | undefined;
}

export interface LoadedPins {
  traces: TraceInfo[];
  /** those selected, in the order of traces and lines */
  pins: PinLife[];
  /** total number */
  total: number;
}

/** Hold time: `more`, it was not released before the end of the trace; `less`, its release was not recorded. */
export interface HeldFor {
  size: number;
  bound?: 'more' | 'less';
}

export function heldFor(pin: PinLife, trace: TraceInfo | undefined): HeldFor | undefined {
  if (pin.from === undefined || trace === undefined || trace.timeUnit === 'none') return undefined;
  if (pin.to !== undefined) {
    const size = Math.max(0, pin.to - pin.from);
    return pin.state === 'presumed' ? { size, bound: 'less' } : { size };
  }
  return trace.lastTime === undefined ? undefined : { size: Math.max(0, trace.lastTime - pin.from), bound: 'more' };
}

export function pinTest(selection: PinSelection): (pin: PinLife, trace: TraceInfo | undefined) => boolean {
  const { api, comm, longterm, pid, state } = selection;
  const mm = hexFlag('--mm', selection.mm);
  const address = hexFlag('--addr', selection.addr);
  const page = hexFlag('--page', selection.page);
  const longer =
    selection['held-longer'] === undefined ? undefined : durationOf('--held-longer', selection['held-longer']);
  const tests: ((pin: PinLife, trace: TraceInfo | undefined) => boolean)[] = [];
  if (pid !== undefined) tests.push((pin) => pin.pid === pid || pin.tgid === pid);
  if (comm !== undefined) tests.push((pin) => pin.comm === comm);
  if (mm !== undefined) tests.push((pin) => same(pin.mm, mm));
  if (address !== undefined) tests.push((pin) => same(pin.address, address & ~0xfffn));
  if (page !== undefined) tests.push((pin) => same(pin.pfn, page) || same(pin.page, page));
  if (state !== undefined) tests.push((pin) => pin.state === state);
  if (api !== undefined) tests.push((pin) => pin.api === api);
  if (longterm === true) tests.push((pin) => pin.longterm);
  if (longer !== undefined) {
    tests.push((pin, trace) => {
      const held = heldFor(pin, trace);
      return held !== undefined && trace?.timeUnit === longer.unit && held.size > longer.size;
    });
  }
  return (pin, trace) => tests.every((test) => test(pin, trace));
}

const same = (text: string | undefined, wanted: bigint): boolean => text !== undefined && BigInt(text) === wanted;

/** `0xffff...`; the 0x may be omitted. */
export function hexFlag(flag: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const digits = /^(?:0x)?([0-9a-f]+)$/i.exec(text)?.[1];
  const expected = digits === undefined ? 'a hexadecimal number' : 'a number of 64 bits';
  if (digits !== undefined && digits.length <= 16) return BigInt(`0x${digits}`);
  throw new InputError(`${flag} ${text}: expected ${expected}`, {
    tryThis: `${flag} ${HEX_EXAMPLES[flag] ?? '0x7f13e7f30000'}`,
  });
}

const HEX_EXAMPLES: Readonly<Record<string, string>> = {
  '--mm': '0xffffa08d01063300',
  '--page': '0xfffff334c1fedf40',
  '--pfn': '0x7fb7d',
};

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** `10ms`, `1.5s`; `200ticks` if the trace's clock has no seconds. */
export function durationOf(flag: string, text: string): { size: number; unit: TraceInfo['timeUnit'] } {
  const [, size, unit] = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|ticks?)$/.exec(text.replaceAll(/\s/g, '')) ?? [];
  if (size === undefined || unit === undefined) {
    throw new InputError(`${flag} ${text}: expected a time`, { tryThis: `${flag} 10ms (ns, us, ms, s, m, h, ticks)` });
  }
  return unit.startsWith('tick')
    ? { size: Number(size), unit: 'ticks' }
    : { size: Number(size) * (UNITS[unit] ?? 1), unit: 'ns' };
}
