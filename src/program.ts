// Why: pindrift in a program: the same check and replay that the commands use. Exported by src/index.ts.

import { listenTo } from './api/show.ts';
import { showEvent } from './api/show-event.ts';
import type { TransitionName } from './api/transitions.ts';
import { Viewer } from './api/viewer.ts';
import type { Model as ModelView, TraceFacts } from './api/views-model.ts';
import type { CheckReport } from './contract/report.ts';
import { check as checkInputs } from './engine/check.ts';
import { fileInput, memoryInput, type TraceInput } from './engine/reading/input.ts';
import { withReading } from './engine/reading/reading.ts';
import { handlerProblem } from './engine/running/handler-names.ts';
import { prepareRules } from './engine/running/prepare.ts';
import type { TraceFormat } from './parsers/formats/head.ts';
import type { AnyRule, Handlers, Probes } from './rules/contract.ts';
import { InputError } from './util/errors.ts';
import { OWN_CATALOGUE } from './vocabulary/catalogue.ts';
import type { KindName } from './vocabulary/kinds.ts';

/**
 * A trace: the path of a file (plain, .gz, .zst or .xz; the format is detected from its first lines), or text in memory
 * with a name.
 */
export type TraceSource = string | { readonly name: string; readonly text: string | Uint8Array };

export interface CheckOptions {
  /** format of the text, if it is detected wrongly */
  readonly format?: TraceFormat | undefined;
  /** kernel of the trace, if the trace does not show it: `6.1`, or a release as printed by `uname -r` */
  readonly kernel?: string | undefined;
  /** the rules to run; default: the built-in ones. `[...builtInRules, mine]` runs both */
  readonly rules?: readonly AnyRule[] | undefined;
  /** options of rules by rule id: `{ 'my-rule': { within: 100 } }` */
  readonly ruleOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /** called from time to time while a trace is read; `size` is undefined for pipes */
  readonly onProgress?: ((path: string, position: number, size: number | undefined) => void) | undefined;
}

/**
 * Check traces. Returns the object that `pindrift check --json` prints.
 * @throws {InputError} a file cannot be read or is not a trace, or a rule is invalid
 */
export async function check(
  traces: TraceSource | readonly TraceSource[],
  options: CheckOptions = {},
): Promise<CheckReport> {
  const list = Array.isArray(traces) ? (traces as readonly TraceSource[]) : [traces as TraceSource];
  const { rules, ruleOptions, ...rest } = options;
  return checkInputs(list.map(inputOf), {
    ...rest,
    rules: rules === undefined ? undefined : prepareRules(rules),
    running: { options: ruleOptions },
  });
}

/** The argument of the function given to {@link replay}: the state at the current place of the replay, read-only. */
export interface ReplayContext {
  readonly model: ModelView<KindName>;
  /** Subscribe from now on. */
  on: <K extends TransitionName>(name: K, handler: NonNullable<Handlers[K]>) => void;
}

export interface ReplayOptions<P extends Probes> extends Omit<CheckOptions, 'rules' | 'ruleOptions'> {
  /** probes that pindrift does not know, by their own kind */
  readonly probes?: P;
}

/** The result of a replay. */
export interface ReplayResult {
  readonly facts: TraceFacts;
  /** lines read */
  readonly lines: number;
  /** kernel era, from the trace or from `kernel` */
  readonly era: string | undefined;
}

/**
 * Replay a trace with handlers like those of a rule, without findings.
 * @param listen called before the first line; the handlers it returns are called for every transition, in trace order
 * @throws {InputError} the file cannot be read or is not a trace; exceptions of a handler are passed on
 * @example await replay('trace.txt', () => ({ cow: ({ mm, vpn, at }) => console.log(at.line, mm.ptr, vpn.toString(16))
 * }));
 */
// biome-ignore lint/complexity/noBannedTypes: {} is the record without keys
export async function replay<const P extends Probes = {}>(
  trace: TraceSource,
  listen: (context: ReplayContext) => Handlers<P>,
  options: ReplayOptions<P> = {},
): Promise<ReplayResult> {
  const { probes } = options;
  const problem = probes === undefined ? undefined : OWN_CATALOGUE.with(probes);
  if (typeof problem === 'string') throw new InputError(problem);
  const input = inputOf(trace);
  const { onProgress } = options;
  return withReading(input, { ...options, rules: [{ probes }] }, async (reading) => {
    const { model } = reading;
    const viewer = new Viewer(model);
    const on: ReplayContext['on'] = (name, handler) => {
      listenTo(viewer, name, (shown) => handler(shown as never));
    };
    const handlers = listen({ model: viewer.shown, on });
    const wrong = handlerProblem(handlers, Object.keys(probes ?? {}));
    if (wrong !== undefined) throw new TypeError(wrong.problem);
    const { events, ...transitions } = handlers;
    for (const [name, handler] of Object.entries(transitions))
      if (handler) on(name as TransitionName, handler as never);
    for (const [kind, handler] of Object.entries(events ?? {})) {
      const index = model.catalogue.kind(kind);
      if (handler && index !== undefined)
        model.tap(index, (rows, o) => (handler as (e: unknown) => void)(showEvent(index, rows, o, viewer)));
    }
    await reading.read({ onProgress: (position) => onProgress?.(input.path, position, reading.size) });
    return { facts: new Viewer(model).shown.facts, lines: reading.stats.lines, era: reading.era().era?.name };
  });
}

const inputOf = (trace: TraceSource): TraceInput =>
  typeof trace === 'string' ? fileInput(trace) : memoryInput(trace.name, trace.text);
