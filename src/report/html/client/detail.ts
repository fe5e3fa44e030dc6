// One finding: what happened, the timeline, the steps with their trace lines, the reason, and what to try.
import { type MappingState, mappingSpans } from '../../shared/lifeline.ts';
import type { FindingView, Payload, RuleView } from '../payload.ts';
import { el, facts } from './dom.ts';
import { story } from './story.ts';
import { still, Timeline } from './timeline/timeline.ts';

export function findingDetail(finding: FindingView, payload: Payload, buttons: readonly HTMLElement[]): HTMLElement {
  const unit = payload.traces[finding.trace]?.unit ?? 'ns';
  const told = story(finding.life, (step) => choose(step));
  const drawn = new Timeline(finding.life, { unit, onPick: (step) => choose(step) });
  const choose = (step: number) => {
    told.pick(step);
    drawn.pick(step);
  };
  return article(finding, payload, buttons, drawn.node, told.node);
}

/** The same on paper. */
export function printedFinding(finding: FindingView, payload: Payload): HTMLElement {
  const unit = payload.traces[finding.trace]?.unit ?? 'ns';
  const picture = el('figure', { class: 'timeline-figure' }, still(finding.life, unit, 700));
  return article(finding, payload, [], picture, story(finding.life, () => {}).node);
}

function article(
  finding: FindingView,
  { findings, rules }: Payload,
  buttons: readonly HTMLElement[],
  picture: HTMLElement,
  told: HTMLElement,
): HTMLElement {
  const title = `detail-title-${finding.n}`;
  return el(
    'article',
    { class: 'finding', 'aria-labelledby': title },
    el('div', { class: 'lead' }, lead(finding, findings.length, title, buttons), picture, legend(finding)),
    el('h3', {}, 'Story'),
    told,
    facts(finding.notes),
    aboutRule(rules.find(({ id }) => id === finding.rule)),
  );
}

/** Heading above the timeline: kept together in print. */
function lead(finding: FindingView, of: number, title: string, buttons: readonly HTMLElement[]) {
  return [
    el(
      'div',
      { class: 'title' },
      el(
        'h2',
        { id: title, tabindex: -1 },
        el('span', { class: 'number' }, `${finding.n}`),
        ` ${finding.rule} `,
        weightNode(finding),
        el('span', { class: 'of' }, ` finding ${finding.n} of ${of}`),
      ),
      el('div', { class: 'buttons' }, buttons),
    ),
    el('p', { class: 'subject' }, finding.title),
    el('p', { class: 'message' }, finding.message),
    finding.like !== undefined &&
      el(
        'p',
        { class: 'like' },
        'The same drift as ',
        el('a', { href: `#finding-${finding.like}` }, `finding ${finding.like}`),
        '.',
      ),
    facts(finding.facts),
    el('h3', {}, 'Timeline'),
  ];
}

export function weightNode({ confidence, severity }: FindingView): HTMLElement {
  return el('span', { class: 'weight' }, el('span', { class: `severity ${severity}` }, severity), `, ${confidence}`);
}

/** Hatched in the timeline, where there is seldom space for a word. */
const HATCHED: readonly (readonly [MappingState, string])[] = [
  ['read-only', 'the same, read-only'],
  ['shared', 'shared with a child'],
  ['swapped', 'swap entry for it'],
  ['unmapped', 'not mapped'],
];

function legend({ life }: FindingView): HTMLElement {
  const roles = life.steps.map((step) => step.role);
  const seen = new Set(mappingSpans(roles, life.parting).map(({ mapping }) => mapping));
  const entry = (kind: string, text: string) =>
    el('span', { class: 'key' }, el('i', { class: `swatch ${kind}` }), text);
  return el(
    'p',
    { class: 'legend' },
    entry('pin', life.pinned),
    HATCHED.map(([mapping, text]) => seen.has(mapping) && entry(mapping, text)),
    life.parting !== undefined && entry('other', life.mapped || 'another page'),
    life.steps.some((step) => step.kind === 'use' || step.role === 'i/o end') && entry('use', 'i/o'),
    el('span', { class: 'key' }, '● pin  ◆ use  ■ cause  ▲ harm  ○ release'),
  );
}

function aboutRule(rule: RuleView | undefined): HTMLElement | false {
  if (rule === undefined || (rule.title === '' && rule.wrong.length === 0)) return false;
  return el(
    'details',
    { class: 'about' },
    el('summary', {}, `About ${rule.id}`),
    rule.title !== '' && el('p', {}, rule.title),
    rule.wrong.length > 0 && el('p', {}, 'When it is wrong:'),
    rule.wrong.length > 0 &&
      el(
        'ul',
        {},
        rule.wrong.map((one) => el('li', {}, one)),
      ),
    rule.references.length > 0 && el('p', {}, 'References:'),
    rule.references.length > 0 &&
      el(
        'ul',
        {},
        rule.references.map((one) => el('li', {}, one)),
      ),
  );
}
