// Unit, digits and base of a trace's times, from its first event: one format prints all of them in the same way.
import { text } from '../../util/bytes.ts';
import { createParser } from '../formats/create.ts';
import type { TraceFormat, TraceHead } from '../formats/head.ts';
import type { HeadLines } from '../formats/head-lines.ts';
import { LineKind, TraceLine } from '../formats/line.ts';

/** A head with which a parser returns every time of this unit. */
export function probeHead(format: TraceFormat, timeUnit: 'ns' | 'ticks'): TraceHead {
  return { format, variant: '', timeUnit, timeDigits: 6, timeBase: 0 };
}

/** The first event with a time. */
export interface TimeSample {
  unit: 'ns' | 'ticks';
  ts: number;
  /** the line up to the event's name */
  prefix: string;
  /** its number, from 0 */
  line: number;
}

export function firstTime(format: TraceFormat, lines: HeadLines): TimeSample | undefined {
  const parsers = (['ns', 'ticks'] as const).map((unit) => createParser(probeHead(format, unit)));
  const out = new TraceLine();
  for (let i = 0; i < lines.length; i++) {
    for (const parser of parsers) {
      out.ts = Number.NaN;
      lines.parse(i, parser, out);
      if (out.kind !== LineKind.Event && out.kind !== LineKind.Function) break;
      if (!Number.isNaN(out.ts)) {
        const nameStart = out.kind === LineKind.Event ? out.nameStart : lines.ends[i];
        const unit = parser.head.timeUnit as 'ns' | 'ticks';
        return { unit, ts: out.ts, prefix: text(lines.buf, lines.starts[i], nameStart), line: i };
      }
    }
  }
  return undefined;
}

/**
 * Set unit, digits and base; the base is its whole seconds, or its ticks down to a multiple of 10^9 (exact as a
 * double).
 */
export function setTime(head: TraceHead, sample: TimeSample): void {
  const billions = Math.floor(sample.ts / 1e9);
  head.timeUnit = sample.unit;
  if (sample.unit === 'ticks') {
    head.timeBase = billions * 1e9;
    head.timeDigits = 0;
    head.clock = 'ticks';
  } else {
    head.timeBase = billions;
    head.timeDigits = /\d\.(\d{1,9})(?=:| \|)/.exec(sample.prefix)?.[1].length ?? 6;
  }
}

/** Add a note for the user. */
export function note(head: TraceHead, sentence: string): void {
  head.notes = [...(head.notes ?? []), sentence];
}
