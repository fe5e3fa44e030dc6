// `check` of one trace: bytes -> lines -> mm events -> model -> rules -> findings, in one pass, without a store.

import type { CheckReport, DetailedReport, PinLife } from '../contract/report.ts';
import type { Model } from '../model/model.ts';
import type { ArmedProbe, TraceFormat } from '../parsers/formats/head.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import { InputError } from '../util/errors.ts';
import type { TypeFacts } from '../vocabulary/vocabulary.ts';
import { Collector } from './findings/collect.ts';
import { type Judged, judge, reportOf } from './judge.ts';
import { PinLives } from './pins.ts';
import type { TraceFilter } from './reading/filter.ts';
import { fileInput, type TraceInput } from './reading/input.ts';
import { withReading } from './reading/reading.ts';
import type { RuleOptions } from './running/run-rules.ts';

export interface CheckOptions {
  format?: TraceFormat;
  /** kernel release or era, if the trace does not show it */
  kernel?: string;
  /** file with the symbols of that boot, for a recording without symbols */
  kallsyms?: string | undefined;
  rules?: readonly Rule[];
  /** options and observers of the rules */
  running?: RuleOptions;
  /** threads for a large plain file: one replays, the others parse; 1 does both. The report does not depend on it. */
  workers?: number;
  /** events to use; the verdict mentions the filter */
  filter?: TraceFilter;
  /** probes that were enabled, if the trace does not show them */
  armed?: readonly ArmedProbe[];
  onProgress?: (path: string, position: number, size: number | undefined) => void;
  /** with several traces, called for one that cannot be read, which is then skipped; without it, the error is thrown */
  onUnreadable?: ((error: InputError) => void) | undefined;
}

/** A judged trace, with the lives of its pins. */
type JudgedPins = Judged & { pins: PinLife[] };

/** A checked trace, with its model and its events. */
export interface CheckedTrace extends JudgedPins {
  model: Model;
  types: readonly TypeFacts[];
}

/**
 * Check traces, each separately, and combine the results into one report.
 * @param traces paths, or inputs such as text in memory
 * @throws InputError if one of them is not a trace
 */
export async function check(
  traces: readonly (string | TraceInput)[],
  options: CheckOptions = {},
): Promise<CheckReport> {
  return (await checkDetailed(traces, { ...options, pins: false })).report;
}

/** The same, with the lifetime of every pin. */
export async function checkDetailed(
  traces: readonly (string | TraceInput)[],
  options: CheckOptions & { pins?: boolean } = {},
): Promise<DetailedReport> {
  const rules = options.rules ?? BUILT_IN;
  const done: JudgedPins[] = [];
  for (const trace of traces) {
    try {
      const input = typeof trace === 'string' ? fileInput(trace) : trace;
      const { model: _, types: __, ...judged } = await checkOne(input, done.length, options);
      done.push(judged);
    } catch (error) {
      if (!(error instanceof InputError) || traces.length === 1 || options.onUnreadable === undefined) throw error;
      options.onUnreadable(error);
    }
  }
  return { report: reportOf(rules, done), pins: pinsOf(done) };
}

/** Findings of several traces are numbered consecutively; adjusts the numbers in the pins. */
function pinsOf(traces: readonly JudgedPins[]): PinLife[] {
  let before = 0;
  return traces.flatMap(({ findings, pins }) => {
    const shift = before;
    before += findings.length;
    return pins.map((pin) => (pin.finding === undefined ? pin : { ...pin, finding: pin.finding + shift }));
  });
}

/** @param index of the trace in the report */
export function checkOne(
  input: TraceInput,
  index: number,
  options: CheckOptions & { pins?: boolean },
): Promise<CheckedTrace> {
  return withReading(input, options, async (reading) => {
    const { model } = reading;
    const rules = options.rules ?? BUILT_IN;
    const collector = new Collector(model, rules, options.running);
    const lives = options.pins === true ? new PinLives(model) : undefined;
    const { workers } = options;
    const onProgress = (position: number) => options.onProgress?.(input.path, position, reading.size);
    await reading.read({ wantedOnly: true, workers, onProgress });
    reading.demandEvents();
    return { ...(await judge(reading, collector, index, { rules, lives })), model, types: reading.vocabulary.types };
  });
}
