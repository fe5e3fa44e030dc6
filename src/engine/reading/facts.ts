// What a reading knows of its trace besides the events: the model it starts with, facts for the rules, the trace's entry
// in the report.

import type { TraceInfo } from '../../contract/report.ts';
import { FirstLook, type MachineFacts } from '../../model/machine.ts';
import { Model } from '../../model/model.ts';
import type { TraceHead } from '../../parsers/formats/head.ts';
import { LineKind } from '../../parsers/formats/line.ts';
import { InputError } from '../../util/errors.ts';
import { isTransientCaller } from '../../vocabulary/callers.ts';
import type { Catalogue } from '../../vocabulary/catalogue.ts';
import { ERA_NAMES, type Era, eraNamed, eraOf, eraOfRelease } from '../../vocabulary/era.ts';
import { archNamed } from '../../vocabulary/kernel/arch/index.ts';
import { Kind } from '../../vocabulary/kinds.ts';
import { known } from '../../vocabulary/record.ts';
import type { Vocabulary } from '../../vocabulary/vocabulary.ts';
import { armedKinds, missedBy, missedKinds } from './armed.ts';
import { describeFilter, isFilter, type TraceFilter } from './filter.ts';
import { lossesOf, textDamage, unreadOf, unsaidBy } from './losses.ts';
import { LINE_KIND_NAMES, type ReadStats } from './read-stats.ts';

export function newModel(catalogue: Catalogue, symbols: readonly string[], head: TraceHead): Model {
  const model = new Model(catalogue);
  model.firstLook = new FirstLook(machineOf(head));
  // each symbol is looked at once
  const transient: { GET: boolean[]; PIN: boolean[] } = { GET: [], PIN: [] };
  model.isTransientCaller = (s, kind) => {
    transient[kind][s] ??= isTransientCaller(symbols[s] ?? '', kind);
    return transient[kind][s];
  };
  model.symbols = symbols;
  return model;
}

/** What the header says about the machine. */
function machineOf({ recorded, machine = recorded?.machine }: TraceHead): MachineFacts {
  return {
    arch: machine === undefined ? undefined : archNamed(machine),
    pageBytes: recorded?.pageBytes,
    structPage: recorded?.structPage,
  };
}

/** Facts about the text for the rules. */
export function factsOf(head: TraceHead, stats: ReadStats, about: Recording, filter?: TraceFilter): Model['facts'] {
  const { filtered, ...recording } = recordingFacts(head, about);
  const filters = [filtered, isFilter(filter) ? describeFilter(filter) : undefined].filter((one) => one !== undefined);
  return {
    ...recording,
    cpus: head.cpus,
    timeUnit: head.timeUnit,
    overwritten: head.overwritten ?? 0,
    unread: unreadOf(lossesOf(head, stats)),
    damage: textDamage(stats, head),
    unsaid: unsaidBy(head, lossesOf(head, stats)),
    filtered: filters.length > 0 ? filters.join(', ') : undefined,
  };
}

/** Input for the facts about the recording. */
interface Recording {
  catalogue: Catalogue;
  seen: ArrayLike<number>;
  era: () => string | undefined;
}

/** What the header of a capture says about the recording. */
export function recordingFacts({ recorded }: TraceHead, { catalogue, seen, era }: Recording): Partial<Model['facts']> {
  if (recorded === undefined) return {};
  const { filters, cpus } = recorded;
  return {
    recordedCpus: cpus > 0 ? cpus : undefined,
    missed: missedBy(recorded, catalogue),
    missedKinds: missedKinds(recorded, catalogue),
    filtered: filters.length > 0 ? `recorded with ${filters.join(', ')}` : undefined,
    ...armedKinds(catalogue, recorded, seen, era()),
  };
}

/** Facts from the text itself; the rest of a trace's entry in the report comes from the replay. */
export type TextInfo = Omit<TraceInfo, 'era' | 'eraFrom' | 'mmEvents' | 'pins'>;

export function textInfo(path: string, head: TraceHead, stats: ReadStats): TextInfo {
  return {
    path,
    format: head.format,
    variant: head.variant,
    kernel: head.kernel,
    clock: head.clock,
    timeUnit: head.timeUnit,
    cpus: head.cpus,
    lines: stats.lines,
    events: stats.kinds[LineKind.Event],
    bytes: stats.bytes,
    lineKinds: Object.fromEntries(
      LINE_KIND_NAMES.map((name, k) => [name, stats.kinds[k]] as const).filter(([name, n]) => name !== '' && n > 0),
    ),
    losses: lossesOf(head, stats),
    firstTime: known(stats.firstTs),
    lastTime: known(stats.lastTs),
  };
}

export function traceInfo(text: TextInfo, model: Model, era: string | undefined, eraFrom: string): TraceInfo {
  let mmEvents = model.stopped;
  model.seen.forEach((n, k) => {
    if (k !== Kind.lost) mmEvents += n + model.lacking[k];
  });
  const { counts } = model;
  return {
    ...text,
    era,
    eraFrom,
    mmEvents,
    pins: {
      seen: counts.pins,
      released: counts.released - counts.presumed,
      presumed: counts.presumed,
      open: model.held.size,
    },
  };
}

/** @param model what it has learned so far about the machine and flags */
export function decideEra(
  vocabulary: Vocabulary,
  kernel: string | undefined,
  model: Model,
): { era: Era | undefined; from: string } {
  const { arch } = model.machine;
  if (kernel !== undefined) {
    const era = eraNamed(kernel, arch) ?? eraOfRelease(kernel, arch);
    if (era === undefined)
      throw new InputError(`--kernel ${kernel}: not a release from 5.9 on`, {
        tryThis: `--kernel ${ERA_NAMES.join(', ')} or the output of uname -r`,
      });
    return { era, from: 'given' };
  }
  const { candidates, reasons } = vocabulary.era;
  const era = eraOf(candidates, { arch, foll: model.foll });
  if (era !== undefined) return { era, from: reasons.join(', ') };
  return { era, from: `one of ${candidates.join(', ')}; specify --kernel` };
}
