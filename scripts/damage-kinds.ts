// Removes whole kinds of events, or fields of one kind: what a capture made with another probe set lacks.

import { linesFor } from '../src/capture/coverage-lines.ts';
import { PROBE_TABLE } from '../src/capture/probe-table.ts';
import { linesOfSet, type SetName } from '../src/engine/advice.ts';
import { BUILT_IN } from '../src/rules/index.ts';
import { OWN_CATALOGUE } from '../src/vocabulary/catalogue.ts';
import { type EraName, eraNamed } from '../src/vocabulary/era.ts';
import { KIND_FIELDS, KIND_NAMES, Kind, type KindName } from '../src/vocabulary/kinds.ts';
import { location } from '../src/vocabulary/probe-site.ts';
import { eventOf, isHeader, random, type Variant } from './damage.ts';

/** What belongs together: who does not care for one of these leaves all of it out. */
export const GROUPS: Readonly<Record<string, readonly KindName[]>> = {
  hugetlb: ['newHugetlb', 'wpHugetlb', 'forkHugetlb'],
  THP: [
    'thpFault',
    'anonRmapPmd',
    'wpPmd',
    'wpPmdRet',
    'clearFlushPmd',
    'forkPmd',
    'forkPmdRet',
    'splitPmd',
    'splitFolio',
    'collapse',
    'collapseRet',
    'followPmd',
    'followPmdRet',
    'rmapDelPmd',
    'hugeProt',
    'numaPmd',
    'numaThp',
    'numaThpRet',
  ],
  faults: [
    'fault',
    'wpFault',
    'wpFaultRet',
    'wpPmd',
    'wpPmdRet',
    'wpCopy',
    'wpReuse',
    'wpHugetlb',
    'clearFlush',
    'clearFlushPmd',
    'thpFault',
    'fileMap',
  ],
  fault: ['fault'],
  copies: ['wpCopy', 'clearFlush', 'clearFlushPmd'],
  fork: ['forkVma', 'forkVmaRet', 'forkPmd', 'forkPmdRet', 'forkHugetlb', 'taskFork', 'taskNew'],
  swap: ['swapIn', 'swapInRet', 'unmapOne', 'unmapOneRet', 'swapCacheAdd', 'swapOut', 'reuseSwap', 'reuseSwapRet'],
  migration: ['migrateOne', 'migrateOneRet', 'migrateMap', 'migrateMapRet', 'migrateIn'],
  unmapping: ['zap', 'unmapVmas', 'rmapDel', 'rmapDelPmd', 'move', 'unmapOne', 'unmapOneRet'],
  'write protection': ['cprot', 'softDirty', 'uffdWp', 'numaProt', 'hugeProt', 'ksmWp', 'ksmWpRet'],
  KSM: ['ksmWp', 'ksmWpRet', 'ksmMerge', 'ksmMergeRet'],
  tasks: ['taskFork', 'taskNew', 'taskExit', 'taskExec', 'mmExit', 'mmDrop'],
  exits: ['mmExit', 'mmDrop'],
  'system calls': ['sysMadvise', 'sysMunmap', 'sysMprotect', 'sysMremap', 'sysVmsplice', 'sysExit'],
  'block I/O': ['bioSubmit', 'bioAdd', 'bioEnd', 'bioRelease', 'bioCheckDirty'],
  pipes: ['pipeAdd', 'pipeRelease'],
  releases: ['putFolio', 'unpin', 'unpinPages', 'unpinRange', 'unpinFolio', 'bioRelease', 'pipeRelease'],
  'GUP inside': ['grab', 'grabRet', 'followPte', 'followPteRet', 'followPmd', 'followPmdRet', 'pinPages'],
  rmap: ['anonRmap', 'anonRmapPmd', 'moveAnon', 'fileRmap', 'rmapDel', 'rmapDelPmd'],
  devices: ['devExcl', 'devExclRet', 'devRestore', 'notifierStart', 'notifierEnd', 'tlbFlush'],
  pages: ['pageAlloc', 'pageFree'],
  returns: [
    'gupRet',
    'grabRet',
    'followPteRet',
    'followPmdRet',
    'wpFaultRet',
    'wpPmdRet',
    'swapInRet',
    'unmapOneRet',
    'migrateOneRet',
    'migrateMapRet',
    'forkVmaRet',
    'forkPmdRet',
    'ksmWpRet',
    'ksmMergeRet',
    'collapseRet',
    'devExclRet',
    'reuseSwapRet',
  ],
};

const PLACE = /\((?:[\w.\]['+/ ]+ <- )?[\w.+/]+\)/;

/** Kind of the event on a line; undefined: none of ours. */
export function kindOf(line: string): KindName | undefined {
  const name = eventOf(line);
  if (name === undefined) return undefined;
  const at = PLACE.exec(line);
  const { symbol, ret } = at === null ? { symbol: undefined, ret: false } : location(at[0]);
  const { kind } = OWN_CATALOGUE.meaning(name, symbol, ret);
  return kind === undefined ? undefined : KIND_NAMES[kind];
}

/** Event names of the probe set that `lines` of dynamic_events and enable files set up. */
const namesOf = (lines: readonly string[]): Set<string> =>
  new Set(
    lines.map(
      (line) =>
        /^\w+:pindrift\/(\w+)/.exec(line)?.[1] ??
        (/^events\/\w+\/(\w+)\//.exec(line)?.[1] ?? '').replace('sys_enter_', 'sys_'),
    ),
  );

/** Events of a set that `coverage` advises. */
const advised = (set: SetName, era: EraName): Set<string> => namesOf(linesOfSet(set, BUILT_IN, era));
const tier = (tiers: string): Set<string> =>
  new Set(PROBE_TABLE.filter((p) => tiers.includes(p.tier)).map(({ name }) => name));

/** Each takes something away by kind. @param era of the capture; undefined: what is advised for one is not tried */
export function* kindVariants(text: string, seed: number, era: string | undefined): Iterable<Variant> {
  const lines = text.split('\n');
  const names = lines.map((line) => eventOf(line)?.replace('sys_enter_', 'sys_'));
  const kinds = lines.map(kindOf);
  const there = [...new Set(kinds)].filter((kind) => kind !== undefined);
  const rnd = random(seed * 104729 + 3);
  const keep = (test: (i: number) => boolean): string => lines.filter((l, i) => isHeader(l) || test(i)).join('\n');

  const known = era === undefined ? undefined : eraNamed(era)?.name;
  for (const [group, of] of Object.entries(GROUPS)) {
    if (!there.some((kind) => of.includes(kind))) continue;
    yield {
      kind: 'a set of kinds taken away',
      name: `without ${group}`,
      text: keep((i) => kinds[i] === undefined || !of.includes(kinds[i])),
    };
  }
  if (known !== undefined && names.some((name) => name === 'fork_vma' || name === 'gup_slow' || name === 'new_anon')) {
    const sets: [string, Set<string>][] = [
      ['recommended', advised('recommended', known)],
      ['minimal', advised('minimal', known)],
      ['tier A', tier('A')],
    ];
    for (const [what, set] of sets)
      yield {
        kind: 'a probe set only',
        name: `only ${what}`,
        text: keep((i) => kinds[i] === undefined || set.has(names[i] ?? '')),
      };
    for (const { meta } of BUILT_IN) {
      if (meta.needs.length === 0 || rnd() > 0.25) continue;
      const set = namesOf(linesFor(meta.needs.flat(), known));
      yield {
        kind: 'the needs of one rule only',
        name: `only for ${meta.id}`,
        text: keep((i) => kinds[i] === undefined || set.has(names[i] ?? '')),
      };
    }
  }
  for (let k = 0; k < 4; k++) {
    const gone = new Set(there.filter(() => rnd() < 0.5));
    yield {
      kind: 'half of the kinds taken away',
      name: `without ${[...gone].join(' ')}`,
      text: keep((i) => kinds[i] === undefined || !gone.has(kinds[i])),
    };
  }
  for (let k = 0; k < 6; k++) {
    const gone = new Set([
      there[Math.floor(rnd() * there.length)],
      there[Math.floor(rnd() * there.length)],
      there[Math.floor(rnd() * there.length)],
    ]);
    yield {
      kind: 'three kinds taken away',
      name: `without ${[...gone].join(' ')}`,
      text: keep((i) => kinds[i] === undefined || !gone.has(kinds[i])),
    };
  }
}

/** Each takes one field from all, or half, of the events of one kind. */
export function* fieldVariants(text: string, seed: number): Iterable<Variant> {
  const lines = text.split('\n');
  const kinds = lines.map(kindOf);
  const rnd = random(seed * 15485863 + 11);
  for (const kind of [...new Set(kinds)].sort()) {
    if (kind === undefined) continue;
    const fields = KIND_FIELDS[Kind[kind]];
    for (const field of [...new Set(fields)]) {
      const key = new RegExp(` (?:${field.names.map((n) => n.replace('$', '\\$')).join('|')})=\\S*`, 'g');
      if (!lines.some((line, i) => kinds[i] === kind && key.test(line))) continue;
      key.lastIndex = 0;
      const all = rnd() < 0.7;
      yield {
        kind: 'fields taken from one kind',
        name: `${kind} without ${field.name}=${all ? '' : ' in half of its lines'}`,
        text: lines
          .map((line, i) => (kinds[i] === kind && (all || rnd() < 0.5) ? line.replace(key, '') : line))
          .join('\n'),
      };
    }
    yield {
      kind: 'fields taken from one kind',
      name: `${kind} without any field`,
      text: lines.map((line, i) => (kinds[i] === kind ? line.replace(/ [\w$]+=\S*/g, '') : line)).join('\n'),
    };
  }
}
