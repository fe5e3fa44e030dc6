// The location of a probe, as printed before the arguments of an event:
//
//     (try_grab_compound_head+0x0/0x220) page=...            print_kprobe_event(), kernel/trace/trace_kprobe.c
//     (copy_process+0x1d4e/0x2100 <- copy_page_range) ret=0  print_kretprobe_event()
//     ([unknown/kretprobe'd] <- do_wp_page) ret=0
//     (ffffffffb4862860) mm=...                              trace-cmd and perf: addresses, no symbols
//     __probe_func=ffffffffa445ee50 __probe_ret_ip=ffffffffa4463a80 ret=0x8     trace-cmd report -R
//     __probe_ip=0xffffffff9196cfe0 (-1852387360) mm=0xffff8b8103d68000 (...)   option `fields` of ftrace, print_fields()
//
// An event has few locations, so each is parsed once and then compared by its bytes.
import { isBlank } from '../util/bytes.ts';
import { Literal } from './literal.ts';

const UNDERSCORE = 95;

/** The parts of a location. */
export interface Location {
  symbol: string | undefined;
  /** it has the form of a return probe */
  ret: boolean;
}

/** A known location, and the type of its events. */
export class Site<T> {
  readonly literal: Literal;
  readonly length: number;
  readonly type: T;
  /** `io_sqe_buffer_register+0x121` if a return shows its caller */
  readonly caller: string | undefined;

  constructor(site: string, type: T) {
    // fields end with a space, parentheses with themselves
    this.literal = new Literal(site.charCodeAt(0) === UNDERSCORE ? `${site} ` : site);
    this.length = site.length;
    this.type = type;
    this.caller = /^\(([^/ ]*)\//.exec(site)?.[1];
  }

  /** Whether the arguments `[start, end)` begin with it, followed by a space or the end, as in siteEnd(). */
  stands(buf: Uint8Array, view: DataView, start: number, end: number): boolean {
    if (this.literal.skip(view, start, end) < 0) return false;
    const behind = start + this.length;
    return behind === end || isBlank(buf[behind]);
  }
}

/** Parse the text of a location. */
export function location(site: string): Location {
  if (site.startsWith('__probe_')) return probeFields(site);
  const m = /^\((.*)\)$/.exec(site);
  if (m === null) return { symbol: undefined, ret: false };
  const sides = m[1].split(' <- ');
  const ret = sides.length === 2;
  if (!ret) return { symbol: symbolOf(sides[0]), ret };
  // ftrace prints (CALLER+0x.. <- FUNCTION), trace-cmd and perf (FUNCTION <- CALLER) as addresses
  const right = sides[1];
  return { symbol: right.includes('+0x') ? symbolOf(sides[0]) : symbolOf(right), ret };
}

function probeFields(site: string): Location {
  const value = (key: string) => new RegExp(`(?:^| )${key}=(\\S*)`).exec(site)?.[1];
  const at = value('__probe_func') ?? value('__probe_ip');
  return {
    symbol: at === undefined ? undefined : symbolOf(at),
    ret: value('__probe_func') !== undefined || value('__probe_ret_ip') !== undefined,
  };
}

/** `do_wp_page` of `do_wp_page+0x0/0x470`; undefined for an address, also one with a damaged digit. */
const symbolOf = (s: string): string | undefined =>
  /^[a-z_.][\w.]*/i.test(s) && !/^[0-9a-f]{6}/.test(s) ? /^[\w.]+/.exec(s)?.[0] : undefined;
