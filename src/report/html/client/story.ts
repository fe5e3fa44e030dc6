// The steps of a pin as text, each with its trace line: the same as the timeline, to read, copy and print.
import type { LifeView, StepView } from '../payload.ts';
import { el } from './dom.ts';

export interface Story {
  node: HTMLElement;
  pick(step: number | undefined): void;
}

export function story(life: LifeView, onPick: (step: number) => void): Story {
  const rows = life.steps.map((step, i) => row(step, i, life, onPick));
  return {
    node: el('ol', { class: 'story' }, rows),
    pick(step) {
      for (const [i, one] of rows.entries()) one.classList.toggle('picked', i === step);
      if (step !== undefined) rows[step]?.scrollIntoView({ block: 'nearest' });
    },
  };
}

function row(step: StepView, i: number, life: LifeView, onPick: (step: number) => void): HTMLElement {
  const parts = i === life.parting;
  const unseen = step.kind === 'release' && life.state === 'presumed';
  return el(
    'li',
    {
      class: ['step', step.kind, step.minor ? 'minor' : '', parts ? 'parts' : '', unseen ? 'presumed' : ''].join(' '),
      click: () => onPick(i),
    },
    el('span', { class: 'no' }, i + 1),
    el('span', { class: 'time' }, step.rel),
    el('span', { class: 'cpu' }, step.cpu === undefined ? '' : `cpu${step.cpu}`),
    el('span', { class: 'task' }, step.task),
    el('span', { class: 'role' }, step.role),
    el('span', { class: 'fn' }, step.fn),
    el('span', { class: 'what' }, step.what, parts && el('strong', {}, ' ◀ drift')),
    el(
      'span',
      { class: 'line', ...(step.place === undefined ? {} : { title: `record ${step.line}, ${step.place}` }) },
      `:${step.line}`,
    ),
    (step.text !== '' || step.stack !== undefined) && lines(step, life),
  );
}

function lines({ line, stack, text }: StepView, life: LifeView): HTMLElement {
  return el(
    'pre',
    {},
    el('span', { class: 'gutter' }, `${line} | `),
    marked(text, life),
    (stack ?? []).map((frame) => [
      '\n',
      el('span', { class: 'gutter' }, `${' '.repeat(String(line).length)} | `),
      frame,
    ]),
  );
}

/** The trace line with the numbers that matter in the colours of the timeline. */
function marked(text: string, { marks }: LifeView): (string | HTMLElement)[] {
  const kinds = new Map(
    (['address', 'mapped', 'pinned'] as const).flatMap((kind) => marks[kind].map((digits) => [digits, kind] as const)),
  );
  return text.split(/(\b(?:0x)?[0-9a-f]{3,16}\b)/).map((part, i) => {
    const kind = i % 2 === 1 ? kinds.get(part.replace(/^0x0*|^0+/, '')) : undefined;
    return kind === undefined ? part : el('b', { class: `mark ${kind}` }, part);
  });
}
