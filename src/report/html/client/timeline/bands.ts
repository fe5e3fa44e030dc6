// The two bands of a pin: the pinned page, and the page mapped at its address. They touch while they are the same page,
// and separate at the drift. Without DOM.

import { type MappingState, mappingSpans, uses } from '../../../shared/lifeline.ts';
import type { FindingView, LifeView } from '../../payload.ts';
import type { Positions } from './positions.ts';

export interface Band {
  x0: number;
  x1: number;
  /** the full words, and shorter ones for where they do not fit */
  labels: readonly string[];
  mapping: MappingState;
  /** the address maps another page after this band */
  parts: boolean;
}

export interface UseBand {
  x0: number;
  x1: number;
  labels: readonly string[];
  /** simultaneous I/Os are drawn below each other */
  row: number;
}

export function addressBands(life: LifeView, positions: Positions): Band[] {
  const spans = mappingSpans(
    life.steps.map((step) => step.role),
    life.parting,
  );
  return spans.map((span, i) => {
    const next = spans[i + 1];
    const step = life.steps[span.step];
    return {
      x0:
        i === 0
          ? Math.min(positions.from, positions.steps[0] ?? positions.from)
          : (positions.steps[span.step] ?? positions.from),
      x1: next === undefined ? positions.end : (positions.steps[next.step] ?? positions.end),
      labels: bandLabels(span.mapping, life, step?.role ?? ''),
      mapping: span.mapping,
      parts: span.mapping === 'other' && i > 0,
    };
  });
}

function bandLabels(mapping: MappingState, life: LifeView, role: string): string[] {
  switch (mapping) {
    case 'mapped':
      return pageLabels(life.pinned);
    case 'read-only':
      return ['read-only'];
    case 'shared':
      return ['shared with the child', 'shared'];
    case 'swapped':
      return role === 'device-exclusive' ? ['device entry'] : ['swap entry', 'swap'];
    case 'unmapped':
      return ['not mapped'];
    case 'other':
      return life.mapped === '' ? ['another page'] : pageLabels(life.mapped);
  }
}

/** `pfn 0x7fb7d`, `0x7fb7d`. */
const pageLabels = (page: string): string[] => [page, page.replace(/^(?:pfn|page) /, '')];

export function useBands(life: LifeView, positions: Positions): UseBand[] {
  const rows: number[] = [];
  return uses(life.steps.map((step) => step.role)).map(({ from, to }) => {
    const x0 = positions.steps[from] ?? positions.from;
    const x1 = to === undefined ? (positions.to ?? positions.end) : (positions.steps[to] ?? positions.end);
    const step = life.steps[to ?? from];
    const free = rows.findIndex((end) => end <= x0);
    const row = free < 0 ? rows.length : free;
    rows[row] = x1;
    const words = step?.what ?? '';
    return { x0, x1, labels: [words, words.replace(/ (?:into|from) .*/, '')], row };
  });
}

export interface Lane {
  label: string;
  group: 'cpu' | 'task';
  /** indexes of the steps in it */
  steps: number[];
}

/** CPUs by number, then tasks as they come. */
export function lanes({ steps }: FindingView['life']): Lane[] {
  const cpus = new Map<number, number[]>();
  const tasks = new Map<string, number[]>();
  for (const [i, { cpu, task }] of steps.entries()) {
    if (cpu !== undefined) cpus.set(cpu, [...(cpus.get(cpu) ?? []), i]);
    if (task !== '') tasks.set(task, [...(tasks.get(task) ?? []), i]);
  }
  return [
    ...[...cpus]
      .sort(([a], [b]) => a - b)
      .map(([cpu, all]): Lane => ({ label: `cpu${cpu}`, group: 'cpu', steps: all })),
    ...[...tasks].map(([task, all]): Lane => ({ label: task, group: 'task', steps: all })),
  ];
}

/** Steps whose numbers would overlap share one: `2-4`. */
export function clusters(xs: readonly number[], distance: number): { x: number; from: number; to: number }[] {
  const all: { x: number; from: number; to: number }[] = [];
  for (const [i, x] of xs.entries()) {
    const last = all.at(-1);
    if (last !== undefined && x - last.x < distance) last.to = i;
    else all.push({ x, from: i, to: i });
  }
  return all;
}
