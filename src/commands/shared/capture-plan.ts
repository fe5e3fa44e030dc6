// Why: shared by all commands of `capture`: the kernel, what to record on it, and the cost of what cannot be recorded.
import * as Flags from '@oclif/core/flags';
import { eventsFor } from '../../capture/coverage-lines.ts';
import { type KernelFiles, reading, type TracedKernel, tracedKernel } from '../../capture/kernel.ts';
import { type CapturePlan, type FetchStyle, type LeftOut, planProbes } from '../../capture/plan.ts';
import type { Tier } from '../../capture/probe-row.ts';
import { PROBE_TABLE } from '../../capture/probe-table.ts';
import { captureScript } from '../../capture/script/script.ts';
import { kindsOf as kindsIn } from '../../engine/advice.ts';
import { BUILT_IN } from '../../rules/index.ts';
import { InputError } from '../../util/errors.ts';
import { groupBy } from '../../util/group-by.ts';
import { FUNCTIONS } from '../../vocabulary/functions.ts';

export const kernelFlags = {
  btf: Flags.string({
    summary: "types of the traced kernel: BTF, vmlinux or vmlinuz, then modules (.ko); default: this machine's",
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  symbols: Flags.string({
    summary: 'functions of the traced kernel: a copy of available_filter_functions, /proc/kallsyms or System.map',
    helpValue: 'FILE',
  }),
  release: Flags.string({
    summary: '`uname -r` of the traced machine, if the file does not contain it',
    helpValue: 'RELEASE',
  }),
  arch: Flags.string({
    summary: '`uname -m` of the traced machine, if the file does not contain it',
    helpValue: 'ARCH',
  }),
};

export const TIER_NAMES = ['minimal', 'core', 'recommended', 'full'] as const;
export type TierName = (typeof TIER_NAMES)[number];

export const tierFlag = Flags.option({ options: TIER_NAMES, default: 'full' })({
  summary: 'which probes: minimal, core, recommended or full',
  description:
    'minimal: pins, their releases, faults and forks. core: what the rules require. recommended: what the verdicts ' +
    'of the full set depend on, without its most frequent events. full: everything. `coverage` lists what each can ' +
    'decide.',
  helpValue: 'TIER',
});

/** A size as the script takes it. */
export const sizeFlag = Flags.custom<string>({
  helpValue: 'SIZE',
  parse: async (text, _, { name }) => {
    if (!/^[1-9]\d*[kmg]?$/i.test(text))
      throw new InputError(`--${name} ${text}: not a size`, { tryThis: `--${name} 8M` });
    return text;
  },
});

/** Flags that are passed on to the script. */
export const recordFlags = {
  tier: tierFlag,
  pid: Flags.integer({
    summary: 'only this process and its children',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PID',
  }),
  comm: Flags.string({ summary: 'only tasks of this name', helpValue: 'NAME' }),
  cgroup: Flags.string({ summary: 'only the processes of this cgroup, and their children', helpValue: 'DIR' }),
  buffer: sizeFlag({ summary: 'ring buffer per CPU: 8M, 64M, ...' }),
  clock: Flags.string({ summary: "the trace's clock: mono, boot, global, ...", default: 'mono', helpValue: 'CLOCK' }),
  duration: Flags.integer({ char: 'd', summary: 'stop after this many seconds', min: 1, helpValue: 'SEC' }),
};

/** Arguments for planProbes(). */
function wanted(tier: TierName): { tiers?: readonly Tier[]; events?: ReadonlySet<string> } {
  switch (tier) {
    case 'core':
      return { tiers: ['A'] };
    case 'full':
      return { tiers: ['A', 'B', 'C'] };
    case 'minimal':
    case 'recommended':
      return { events: eventsFor(kindsIn(tier, BUILT_IN)) };
  }
}

/** @param styles default: depends on what is known about the kernel */
export function capturePlanFor(
  files: KernelFiles,
  tier: TierName,
  styles: readonly FetchStyle[],
): { kernel: TracedKernel; plan: CapturePlan } {
  const kernel = tracedKernel(files);
  const { types, arch, path, symbols } = kernel;
  return { kernel, plan: reading(path, () => planProbes(types, { arch, styles, symbols, ...wanted(tier) })) };
}

/** The script for the running kernel. */
export function scriptHere({ tier, clock }: { tier: TierName; clock: string }, version: string): string {
  const { kernel, plan } = capturePlanFor({}, tier, ['names', 'args', 'registers']);
  return captureScript(plan, {
    by: `pindrift ${version}`,
    machine: kernel.arch.machine,
    btf: kernel.sha256,
    release: kernel.release,
    tier,
    clock,
    costOf: (event) => costOf(event, plan),
  });
}

/** Arguments for the script, from the flags of the command that made it. */
export function scriptWords(flags: {
  pid?: number[] | undefined;
  comm?: string | undefined;
  cgroup?: string | undefined;
  buffer?: string | undefined;
  duration?: number | undefined;
}): string[] {
  const of = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  return [
    ...(flags.pid ?? []).flatMap((pid) => of('pid', pid)),
    ...of('comm', flags.comm),
    ...of('cgroup', flags.cgroup),
    ...of('buffer', flags.buffer),
    ...of('duration', flags.duration),
  ];
}

/** What cannot be decided without an event: the rules that need its kind and have no other event of `plan` for it. */
export function costOf(event: string, plan: CapturePlan): string {
  const left = new Set(plan.probes.map((probe) => probe.event).filter((name) => name !== event));
  const kinds = kindsOf(event);
  const there = new Set([...left].flatMap(kindsOf));
  const rules = BUILT_IN.filter(({ meta }) =>
    meta.needs.some((anyOf) => anyOf.some((kind) => kinds.includes(kind)) && !anyOf.some((kind) => there.has(kind))),
  ).map(({ meta }) => meta.id);
  return rules.length === 0 ? '' : `rules that cannot be decided without it: ${rules.join(', ')}`;
}

function kindsOf(event: string): readonly string[] {
  kinds ??= kindsByEvent();
  return kinds.get(event) ?? [];
}

let kinds: Map<string, string[]> | undefined;

function kindsByEvent(): Map<string, string[]> {
  const byEvent = new Map<string, string[]>();
  for (const { events, entry, ret } of FUNCTIONS)
    for (const [event, kind] of [
      [events?.[0], entry],
      [events?.[1], ret],
    ])
      if (event !== undefined && kind !== undefined) byEvent.set(event, [...(byEvent.get(event) ?? []), kind]);
  return byEvent;
}

/** `wp_copy: wp_page_copy(): the BTF has no such function; ...` */
export const leftOutWords = ({ event, functions }: LeftOut): string => `${event}: ${reasonsWords(functions)}`;

function reasonsWords(functions: LeftOut['functions']): string {
  const reasons = [...new Set(functions.map(({ reason }) => reason))];
  if (reasons.length === 1) return `${functions.map(({ symbol }) => symbol).join(', ')}: ${reasons[0]}`;
  return functions.map(({ symbol, reason }) => `${symbol}: ${reason}`).join('; ');
}

/** What is omitted and its cost; events of the same functions at the same cost are one sentence. */
export const lostWords = (lost: readonly LeftOut[], plan: CapturePlan): string[] =>
  [...groupBy(lost, ({ event, functions }) => `${reasonsWords(functions)}; ${costOf(event, plan)}`)].map(
    ([words, same]) => `not recorded: ${same.map(({ event }) => event).join(', ')}: ${words}`,
  );

/** Omitted although the kernel has the function, or without another event that shows the same. */
export const leavesUndecided = (one: LeftOut, plan: CapturePlan): boolean => costOf(one.event, plan) !== '';

export const EVENTS_IN_ALL = PROBE_TABLE.length;
