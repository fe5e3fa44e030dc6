// The findings: a list with filters on one side, the selected one on the other.
import type { Severity } from '../../../contract/finding.ts';
import { count, grouped } from '../../../util/count.ts';
import { mailOf } from '../mail.ts';
import type { FindingView, Payload } from '../payload.ts';
import { copyButton } from './copy.ts';
import { findingDetail, weightNode } from './detail.ts';
import { el } from './dom.ts';
import { type DriftHeading, FindingIndex, shortNames, withHeadings } from './filter.ts';
import { neighbour, Rows } from './rows.ts';

export interface FindingsOptions {
  /** the reader went to another finding */
  onShow(n: number | undefined): void;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];
const ROW = 68;

export class Findings {
  readonly node: HTMLElement;
  /** those that match the filter, for print */
  shown: FindingView[] = [];
  /** the rows of the list: the findings shown, with a heading for each drift if sorted by drift */
  #items: readonly (FindingView | DriftHeading)[] = [];
  readonly #payload: Payload;
  readonly #index: FindingIndex;
  readonly #onShow: FindingsOptions['onShow'];
  readonly #severities = new Set<Severity>(SEVERITIES);
  readonly #search: HTMLInputElement;
  readonly #rule: HTMLSelectElement;
  readonly #order: HTMLSelectElement;
  readonly #fold: HTMLInputElement;
  readonly #count = el('p', { class: 'count', 'aria-live': 'polite' });
  readonly #list: HTMLElement;
  readonly #detail = el('div', { class: 'detail', id: 'detail' });
  readonly #rows: Rows;
  /** of each trace, where there are several */
  readonly #names: string[];
  #current: number | undefined;

  constructor(payload: Payload, options: FindingsOptions) {
    this.#payload = payload;
    this.#index = new FindingIndex(payload.findings);
    this.#names = payload.traces.length > 1 ? shortNames(payload.traces.map(({ name }) => name)) : [];
    this.#onShow = options.onShow;
    const change = () => this.#filter();
    this.#search = el('input', {
      type: 'search',
      id: 'search',
      placeholder: 'Search findings and trace lines  ( / )',
      'aria-label': 'Search findings and trace lines',
      autocomplete: 'off',
      spellcheck: 'false',
      input: change,
    });
    this.#rule = el(
      'select',
      { 'aria-label': 'Rule', change },
      el('option', { value: '' }, 'all rules'),
      rulesOf(payload.findings).map(([id, n]) => el('option', { value: id }, `${id} (${n})`)),
    );
    this.#order = el(
      'select',
      { 'aria-label': 'Order', change },
      payload.traces.length > 1 && el('option', { value: 'drift' }, 'by drift'),
      el('option', { value: 'worst' }, 'worst first'),
      el('option', { value: 'trace' }, 'in trace order'),
    );
    this.#fold = el('input', { type: 'checkbox', change });
    this.#fold.checked = true;
    const folds = payload.findings.some(({ like }) => like !== undefined);
    this.#list = el('div', {
      class: 'list',
      role: 'listbox',
      tabindex: 0,
      id: 'list',
      'aria-label': 'Findings',
      keydown: (event: KeyboardEvent) => this.#onKey(event),
    });
    this.#rows = new Rows(this.#list, { height: ROW, row: (i) => this.#row(i) });
    this.node = el(
      'div',
      { class: 'findings' },
      el(
        'section',
        { class: 'side', 'aria-label': 'List of findings' },
        el(
          'form',
          { class: 'filters', role: 'search', submit: (event: Event) => event.preventDefault() },
          this.#search,
          el(
            'div',
            { class: 'switch', role: 'group', 'aria-label': 'Severity' },
            SEVERITIES.map((one) => this.#severity(one)),
          ),
          this.#order,
          this.#rule,
          folds && el('label', { class: 'fold' }, this.#fold, 'fold the same drift'),
          this.#count,
        ),
        this.#list,
      ),
      this.#detail,
    );
    this.#filter();
  }

  /** Show a finding; undefined: the first on a wide screen, none on a narrow one. */
  show(n: number | undefined): void {
    const wide = matchMedia('(min-width: 60rem)').matches;
    const chosen = n ?? (wide ? (this.#current ?? this.shown[0]?.n) : undefined);
    const finding = this.#payload.findings.find((one) => one.n === chosen);
    this.node.classList.toggle('has-detail', finding !== undefined);
    if (finding !== undefined && !this.shown.includes(finding)) this.#unfilter(finding);
    this.#current = finding?.n;
    this.#fill(finding, n);
    this.#rows.refresh();
    const at = this.#items.findIndex((item) => 'n' in item && item.n === this.#current);
    this.#rows.activate(at, `option-${this.#current}`);
  }

  /** Go to the next or previous finding. */
  step(by: number): void {
    const next = neighbour(this.shown, this.#position(), by);
    if (next !== undefined) this.#onShow(next.n);
  }

  focusList(): void {
    this.#list.focus({ preventScroll: true });
  }

  focusSearch(): void {
    this.#search.focus();
    this.#search.select();
  }

  focusDetail(): void {
    this.#detail.querySelector<HTMLElement>('h2')?.focus();
  }

  #position(): number {
    return this.shown.findIndex(({ n }) => n === this.#current);
  }

  #fill(finding: FindingView | undefined, asked: number | undefined): void {
    if (finding === undefined) {
      const words =
        asked !== undefined
          ? `There is no finding ${asked} in this report.`
          : this.#payload.findings.length === 0
            ? 'No findings. The coverage tab lists what was checked and what could not be.'
            : this.shown.length === 0
              ? 'No finding matches the filter.'
              : '';
      this.#detail.replaceChildren(...(words === '' ? [] : [el('p', { class: 'nothing' }, words)]));
      return;
    }
    const button = (text: string, label: string, click: () => void, kind = '') =>
      el('button', { type: 'button', class: kind, 'aria-label': label, title: label, click }, text);
    const detail = findingDetail(finding, this.#payload, [
      copyButton('copy as mail', () => mailOf(finding, this.#payload)),
      button('‹ list', 'Back to the list', () => this.#onShow(undefined), 'back'),
      button('↑', 'Previous finding (k)', () => this.step(-1)),
      button('↓', 'Next finding (j)', () => this.step(1)),
    ]);
    this.#detail.replaceChildren(detail);
    this.#detail.scrollTop = 0;
  }

  #filter(): void {
    this.shown = this.#index.matching({
      text: this.#search.value,
      severities: this.#severities,
      rule: this.#rule.value,
      fold: this.#fold.checked,
      worstFirst: this.#order.value === 'worst',
      byDrift: this.#order.value === 'drift',
    });
    const all = count(this.#payload.findings.length, 'finding');
    const some = this.shown.length < this.#payload.findings.length;
    this.#count.textContent = some ? `${grouped(this.shown.length)} of ${all}` : all;
    this.#items = this.#order.value === 'drift' ? withHeadings(this.shown) : this.shown;
    this.#rows.show(this.#items.length);
  }

  /** A link to a finding hidden by the filter: reset the filter. */
  #unfilter(finding: FindingView): void {
    if (finding.like !== undefined) this.#fold.checked = false;
    this.#filter();
    if (!this.shown.includes(finding)) {
      this.#search.value = '';
      this.#rule.value = '';
      for (const severity of SEVERITIES) this.#severities.add(severity);
      for (const one of this.node.querySelectorAll('.filters [aria-pressed]')) one.setAttribute('aria-pressed', 'true');
      this.#filter();
    }
  }

  #severity(severity: Severity): HTMLElement {
    const n = this.#payload.findings.filter((finding) => finding.severity === severity).length;
    const button = el(
      'button',
      { type: 'button', class: `severity ${severity}`, 'aria-pressed': 'true', 'data-severity': severity },
      `${severity} ${n}`,
    );
    button.addEventListener('click', () => {
      const on = !this.#severities.has(severity);
      if (on) {
        this.#severities.add(severity);
      } else {
        this.#severities.delete(severity);
      }
      button.setAttribute('aria-pressed', String(on));
      this.#filter();
    });
    return button;
  }

  #row(i: number): HTMLElement {
    const finding = this.#items[i];
    if (finding === undefined) return el('div', { class: 'row' });
    if ('heading' in finding) {
      const { findings, heading, traces } = finding;
      return el(
        'div',
        { class: 'row drift', role: 'presentation' },
        el('div', { class: 'first' }, heading),
        el('div', { class: 'third' }, `${count(findings, 'finding')} in ${count(traces, 'trace')}`),
      );
    }
    const chosen = finding.n === this.#current;
    const { address } = finding.life;
    return el(
      'div',
      {
        class: `row option ${finding.severity}`,
        role: 'option',
        id: `option-${finding.n}`,
        'aria-selected': String(chosen),
        'aria-posinset': this.shown.indexOf(finding) + 1,
        'aria-setsize': this.shown.length,
        click: () => this.#onShow(finding.n),
      },
      el(
        'div',
        { class: 'first' },
        el('span', { class: 'number' }, finding.n),
        el('span', { class: 'rule' }, finding.rule),
        finding.more !== undefined &&
          el('span', { class: 'more', title: 'more of the same drift' }, `+${finding.more}`),
        weightNode(finding),
      ),
      el('div', { class: 'second' }, finding.title),
      el('div', { class: 'third' }, [finding.owner, address, this.#names[finding.trace]].filter(Boolean).join('  ')),
    );
  }

  #onKey(event: KeyboardEvent): void {
    const page = this.#rows.page;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.shown.length,
      End: this.shown.length,
    };
    const by = steps[event.key];
    if (by !== undefined) {
      event.preventDefault();
      this.step(by);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.focusDetail();
    }
  }
}

function rulesOf(findings: readonly FindingView[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
