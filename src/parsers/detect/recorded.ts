// Why: a trace shows the events that happened, but not which would have been recorded. `pindrift capture` writes that
// in comment lines before the text (docs/capture.md); for a manual recording it is in a copy of dynamic_events:
//
//     # pindrift-release: 6.12.117+deb13-amd64
//     # pindrift-machine: aarch64
//     # pindrift-page-size: 65536
//     # pindrift-armed: r64:pindrift/wp_fault_ret do_wp_page ret=$retval:x32
//     # pindrift-refused: wp_copy wp_page_copy several functions have this name
//     # pindrift-absent: dev_excl make_device_exclusive
//     # pindrift-hits: wp_fault_ret 111 0
//     # pindrift-lost: cpu=0 entries=2625 overrun=0 commit-overrun=0 dropped=0

import { HASH, text } from '../../util/bytes.ts';
import { type ArmedProbe, newRecorded, type Recorded, type TraceHead } from '../formats/head.ts';
import type { HeadLines } from '../formats/head-lines.ts';

/** Copy what these lines say about the recording into the head. */
export function readCaptureHead(lines: HeadLines, head: TraceHead): void {
  const recorded = newRecorded();
  let isOne = false;
  for (let i = 0; i < lines.length; i++) {
    const line = text(lines.buf, lines.starts[i], lines.ends[i]);
    if (lines.buf[lines.starts[i]] === HASH) isOne = readRecorded(line, recorded) || isOne;
    // bpftrace prints a header while it enables its probes, and may lose events meanwhile
    else if (!/^Lost \d+ events/.test(line)) break;
  }
  if (!isOne) return;
  head.recorded = recorded;
  head.kernel ??= recorded.release;
  head.clock ??= recorded.clock;
  if (recorded.entries > 0) head.entries ??= recorded.entries;
  if (recorded.dropped > 0) head.overwritten = (head.overwritten ?? 0) + recorded.dropped;
}

/** Maximum number of events in a kernel; a text with more was not made by pindrift. */
const MOST = 4096;

const LINE = /^# pindrift-([a-z-]+): (.*)$/;

/** Parse one line of a header. False: it says nothing about the recording. */
export function readRecorded(line: string, recorded: Recorded): boolean {
  const [, key, value] = LINE.exec(line) ?? [];
  if (key === undefined) return false;
  const words = value.split(' ');
  switch (key) {
    case 'release':
      recorded.release = value;
      break;
    case 'machine':
      recorded.machine = value;
      break;
    case 'page-size':
      recorded.pageBytes = sized(value, 4096, 1 << 20);
      break;
    case 'struct-page':
      recorded.structPage = sized(value, 32, 256);
      break;
    case 'clock':
      recorded.clock = value;
      break;
    case 'filter':
      recorded.filters.push(value);
      break;
    case 'armed':
      if (recorded.armed.length < MOST) recorded.armed.push(...definitionsIn(value));
      break;
    case 'event':
      if (recorded.tracepoints.length < MOST) recorded.tracepoints.push(value.replace(/^.*\//, ''));
      break;
    case 'refused':
      if (recorded.refused.length < MOST) recorded.refused.push(words[0]);
      break;
    case 'absent':
      if (recorded.absent.length < MOST) recorded.absent.push(words[0]);
      break;
    case 'hits': {
      const probe = recorded.armed.find(({ event }) => event === words[0]);
      if (probe !== undefined) Object.assign(probe, { hits: counted(words[1]), missed: counted(words[2]) });
      break;
    }
    case 'lost':
      recorded.cpus++;
      recorded.entries += Number(/\bentries=(\d{1,15})\b/.exec(value)?.[1] ?? 0);
      for (const [, n] of value.matchAll(/(?:commit-overrun|dropped)=(\d+)/g)) recorded.dropped += Number(n);
      break;
    default: // written by a later version of pindrift
  }
  return true;
}

/** A number of bytes within limits. */
function sized(word: string, least: number, most: number): number | undefined {
  const n = counted(word) ?? 0;
  return n >= least && n <= most && n % 8 === 0 ? n : undefined;
}

const counted = (word: string | undefined): number | undefined =>
  word !== undefined && /^\d+$/.test(word) ? Number(word) : undefined;

// `p:pindrift/wp_fault do_wp_page mm=+16(+0($arg1)):x64`, `r64:..`, `f:.. func%return ..`
const DEFINITION = /^([prf])\d*:(?:\w+\/)?(\w+) ([\w.]+)(%return)?(?:\+0x0|\+0)?((?: \w+=\S+)*)\s*$/;

/** Probes defined by a text in the format of dynamic_events (or kprobe_events). */
export function definitionsIn(text: string): ArmedProbe[] {
  const out: ArmedProbe[] = [];
  for (const line of text.split('\n')) {
    const [, type, event, symbol, atReturn, args] = DEFINITION.exec(line.trim()) ?? [];
    if (event === undefined || out.length === MOST) continue;
    out.push({
      event,
      symbol,
      isReturn: type === 'r' || atReturn !== undefined,
      fields: [...args.matchAll(/ (\w+)=/g)].map(([, name]) => name),
    });
  }
  return out;
}
