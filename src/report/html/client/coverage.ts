// What was checked and what could not be, by rule and by trace, with losses.
import type { Verdict } from '../../../contract/finding.ts';
import type { Payload, RuleView, SuppressedView, TraceView } from '../payload.ts';
import { el, facts } from './dom.ts';

const VERDICTS: Readonly<Record<Verdict, string>> = {
  violated: 'violated',
  clean: 'clean',
  'could-not-be-checked': 'could not be checked',
};

export function coverage({ rules, suppressed, traces, unreadable }: Payload): HTMLElement {
  const undecided = rules.filter(({ verdict }) => verdict === 'could-not-be-checked');
  return el(
    'div',
    { class: 'coverage' },
    el('h2', { tabindex: -1 }, 'Rules'),
    undecided.length > 0 &&
      el(
        'p',
        {},
        `${undecided.length} of ${rules.length} rules could not decide everything; the missing events are listed with each.`,
      ),
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ['rule', 'verdict', 'findings', 'missing'].map((head) => el('th', { scope: 'col' }, head)),
        ),
      ),
      el('tbody', {}, rules.map(ruleRow)),
    ),
    suppressed.length > 0 && el('h2', {}, 'Accepted by the config'),
    suppressed.length > 0 && el('ul', { class: 'accepted' }, suppressed.map(acceptedItem)),
    el('h2', {}, traces.length === 1 ? 'Trace' : 'Traces'),
    traces.map(traceBlock),
    unreadable.map(({ path, reason }) => el('p', {}, el('b', {}, path), ` could not be read: ${reason}`)),
  );
}

function acceptedItem({ message, reason, rule, until, where }: SuppressedView): HTMLElement {
  return el(
    'li',
    {},
    el('b', {}, rule),
    ` ${[where, message].filter(Boolean).join(': ')} `,
    el('small', {}, `accepted${until === '' ? '' : ` until ${until}`}: ${reason}`),
  );
}

function ruleRow({ findings, id, missing, title, verdict }: RuleView): HTMLElement {
  return el(
    'tr',
    { class: verdict },
    el('th', { scope: 'row' }, id, title !== '' && el('small', {}, title)),
    el('td', { class: `verdict ${verdict}` }, VERDICTS[verdict]),
    el('td', { class: 'num' }, findings),
    el(
      'td',
      {},
      missing.length > 0 &&
        el(
          'ul',
          {},
          missing.map((reason) => el('li', {}, reason)),
        ),
    ),
  );
}

function traceBlock({ facts: about, losses, name, samples }: TraceView): HTMLElement {
  return el(
    'section',
    { class: 'trace' },
    el('h3', {}, name),
    facts(about),
    losses.length === 0
      ? el('p', {}, 'Nothing was lost: every line was parsed, and no event is reported missing.')
      : el(
          'ul',
          { class: 'losses' },
          losses.map((loss) => el('li', {}, loss)),
        ),
    samples.length > 0 &&
      el(
        'pre',
        {},
        samples.map(({ line, text }, i) => [i === 0 ? '' : '\n', el('span', { class: 'gutter' }, `${line} | `), text]),
      ),
  );
}
