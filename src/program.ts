// pindrift in a program: the same check and replay that the commands run. (Exported by src/index.ts.)

import { listenTo } from './api/show.ts';
import { showEvent } from './api/show-event.ts';
import type { TransitionName } from './api/transitions.ts';
import { Viewer } from './api/viewer.ts';
import type { Model as ModelView, TraceFacts } from './api/views-model.ts';
import type { CheckReport } from './contract/report.ts';
import { check as checkInputs } from './engine/check.ts';
import { handlerProblem } from './engine/handler-names.ts';
import { fileInput, memoryInput, type TraceInput } from './engine/input.ts';
import { prepareRules } from './engine/prepare.ts';
import { withReading } from './engine/reading/reading.ts';
import type { TraceFormat } from './parsers/head.ts';
import type { AnyRule, Handlers, Probes } from './rules/contract.ts';
import { InputError } from './util/errors.ts';
import { OWN_CATALOGUE } from './vocabulary/catalogue.ts';
import type { KindName } from './vocabulary/kinds.ts';

/**
 * A trace: the path of a file (plain, .gz, .zst or .xz; what it is is seen from its first lines), or text in memory
 * with a name for it.
 */
export type TraceSource = string | { readonly name: string; readonly text: string | Uint8Array };

export interface CheckOptions {
  /** what the text is, where looking at it tells wrong */
  readonly format?: TraceFormat | undefined;
  /** kernel of the trace where it does not show it: `6.1`, or a release as `uname -r` prints it */
  readonly kernel?: string | undefined;
  /** the rules to run; the built-in ones if not said. `[...builtInRules, mine]` runs both */
  readonly rules?: readonly AnyRule[] | undefined;
  /** options of rules by rule id: `{ 'my-rule': { within: 100 } }` */
  readonly ruleOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /** called now and then while a trace is read; `size` is undefined for pipes */
  readonly onProgress?: ((path: string, position: number, size: number | undefined) => void) | undefined;
}

/**
 * Check traces: what `pindrift check --json` prints, as an object.
 * @throws {InputError} a file cannot be read, is no trace, or a rule is not one
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

/** What the function given to {@link replay} gets: the state, read-only, at the place that the replay has reached. */
export interface ReplayContext {
  readonly model: ModelView<KindName>;
  /** Listen from now on. */
  on: <K extends TransitionName>(name: K, handler: NonNullable<Handlers[K]>) => void;
}

export interface ReplayOptions<P extends Probes> extends Omit<CheckOptions, 'rules' | 'ruleOptions'> {
  /** probes that pindrift does not know, by a kind of their own */
  readonly probes?: P;
}

/** What a replay says at its end. */
export interface ReplayResult {
  readonly facts: TraceFacts;
  /** lines read */
  readonly lines: number;
  /** kernel era, where the trace shows it or `kernel` said it */
  readonly era: string | undefined;
}

/**
 * Replay a trace and hear what happens to its mm: the handlers that a rule has, without findings.
 * @param listen called before the first line; what it returns is told of every transition, in the trace's order
 * @throws {InputError} the file cannot be read or is no trace; what a handler throws comes out as it is
 * @example
 * await replay('trace.txt', () => ({ cow: ({ mm, vpn, at }) => console.log(at.line, mm.ptr, vpn.toString(16)) }));
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
