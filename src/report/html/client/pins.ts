// Every pin of the trace as a table: sorted, filtered, and each with its own timeline.
import { count, grouped } from '../../../util/count.ts';
import type { Payload } from '../payload.ts';
import type { PinTable } from '../pin-columns.ts';
import { el, facts } from './dom.ts';
import { type CellSearch, choose, type PinOrder } from './filter.ts';
import { cellSearch, type PinColumn, pinColumns, unitOf } from './pin-cells.ts';
import { heldWords, lifeOfPin, number, ownerOf, pageOf } from './pin-life.ts';
import { neighbour, Rows } from './rows.ts';
import { story } from './story.ts';
import { Timeline } from './timeline/timeline.ts';

const ROW = 24;
/** A truncated text is shown in full on hover. */
const CLIPPED = 13;
/** Delay so that typing continues while a hundred thousand rows are searched. */
const PAUSE_MS = 120;

/** The states in words, as the filter has them and the detail says them. */
const STATES: Readonly<Record<string, string>> = {
  released: 'released',
  presumed: 'presumed released: the release was not recorded',
  held: 'held at the end',
  orphan: 'held when its address space ended',
};

export class Pins {
  readonly node: HTMLElement;
  readonly #payload: Payload;
  readonly #pins: PinTable;
  readonly #onShow: (pin: number | undefined) => void;
  readonly #columns: PinColumn[];
  readonly #cells: CellSearch;
  readonly #search: HTMLInputElement;
  readonly #state: HTMLSelectElement;
  readonly #kind: HTMLSelectElement;
  readonly #found: HTMLInputElement;
  readonly #count = el('p', { class: 'count', 'aria-live': 'polite' });
  readonly #heads: HTMLElement[];
  readonly #grid: HTMLElement;
  readonly #detail = el('section', { class: 'pin-detail', 'aria-label': 'The chosen pin', hidden: true });
  readonly #rows: Rows;
  #order: PinOrder = 'from';
  #descending = false;
  #shown: Uint32Array = new Uint32Array();
  #current: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(payload: Payload, pins: PinTable, onShow: (pin: number | undefined) => void) {
    this.#payload = payload;
    this.#pins = pins;
    this.#onShow = onShow;
    this.#columns = pinColumns(payload, pins);
    this.#cells = cellSearch(payload, pins);
    const change = () => this.#filter();
    const option = (value: string, text: string) => el('option', { value }, text);
    this.#search = el('input', {
      type: 'search',
      placeholder: 'Task, pid, address, pfn, call, flag …  ( / )',
      'aria-label': 'Search pins',
      autocomplete: 'off',
      spellcheck: 'false',
      input: () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(change, PAUSE_MS);
      },
    });
    this.#state = el(
      'select',
      { 'aria-label': 'State', change },
      option('', 'any state'),
      Object.entries(STATES).map(([state, words]) => option(state, words)),
    );
    this.#kind = el(
      'select',
      { 'aria-label': 'Kind', change },
      option('', 'FOLL_GET and FOLL_PIN'),
      option('GET', 'FOLL_GET'),
      option('PIN', 'FOLL_PIN'),
    );
    this.#found = el('input', { type: 'checkbox', change });
    this.#heads = this.#columns.map((column) => this.#head(column));
    this.#grid = el('div', {
      class: 'table',
      role: 'grid',
      tabindex: 0,
      id: 'pins',
      'aria-label': 'Pins',
      'aria-colcount': this.#columns.length,
      keydown: (event: KeyboardEvent) => this.#onKey(event),
    });
    this.#grid.append(el('div', { class: 'pin-row heads', role: 'row', 'aria-rowindex': 1 }, this.#heads));
    this.#rows = new Rows(this.#grid, { height: ROW, head: ROW, row: (i) => this.#row(i) });
    this.node = el(
      'div',
      { class: 'pins' },
      el(
        'form',
        { class: 'filters', role: 'search', submit: (event: Event) => event.preventDefault() },
        this.#search,
        this.#state,
        this.#kind,
        el('label', { class: 'fold' }, this.#found, 'with a finding'),
        this.#count,
      ),
      payload.pinsLeft > 0 &&
        el(
          'p',
          { class: 'notice' },
          `${grouped(payload.pinsLeft)} pins that were not held longer than these are omitted from this file.`,
        ),
      this.#grid,
      this.#detail,
    );
    this.#filter();
  }

  show(pin: number | undefined): void {
    this.#current = pin !== undefined && pin >= 1 && pin <= this.#pins.count ? pin - 1 : undefined;
    this.#fill();
    this.#rows.refresh();
    this.#rows.activate(this.#position(), `pin-${this.#current}`);
  }

  step(by: number): void {
    const next = neighbour(this.#shown, this.#position(), by);
    if (next !== undefined) this.#onShow(next + 1);
  }

  focusSearch(): void {
    this.#search.focus();
    this.#search.select();
  }

  focusList(): void {
    this.#grid.focus({ preventScroll: true });
  }

  #position(): number {
    return this.#current === undefined ? -1 : this.#shown.indexOf(this.#current);
  }

  #head({ head, kind, order }: PinColumn): HTMLElement {
    const cell = el('div', { class: `cell ${kind}`, role: 'columnheader' });
    if (order === undefined) {
      cell.append(head);
      return cell;
    }
    cell.append(
      el(
        'button',
        {
          type: 'button',
          'data-order': order,
          click: () => {
            this.#descending = this.#order === order && !this.#descending;
            this.#order = order;
            this.#filter();
          },
        },
        head,
      ),
    );
    return cell;
  }

  #filter(): void {
    const filter = {
      text: this.#search.value,
      state: this.#state.value,
      kind: this.#kind.value,
      found: this.#found.checked,
    };
    this.#shown = choose(this.#pins, filter, this.#order, this.#descending, this.#cells);
    const all = count(this.#pins.count, 'pin');
    const shown = this.#shown.length;
    this.#count.textContent = shown === this.#pins.count ? all : `${grouped(shown)} of ${all}`;
    for (const [i, head] of this.#heads.entries()) {
      const sorted = this.#columns[i]?.order === this.#order;
      head.setAttribute('aria-sort', sorted ? (this.#descending ? 'descending' : 'ascending') : 'none');
    }
    this.#grid.setAttribute('aria-rowcount', String(shown + 1));
    this.#rows.box.scrollTop = 0;
    this.#rows.show(shown);
  }

  #row(at: number): HTMLElement {
    const i = this.#shown[at] ?? 0;
    return el(
      'div',
      {
        class: `pin-row row ${this.#pins.word('state', i)}`,
        role: 'row',
        id: `pin-${i}`,
        'aria-rowindex': at + 2,
        'aria-selected': String(i === this.#current),
        click: () => this.#onShow(i + 1),
      },
      this.#columns.map(({ cell, kind }) => {
        const text = cell(i);
        const title = text.length > CLIPPED ? text : undefined;
        return el('div', { class: `cell ${kind}`, role: 'gridcell', title }, text);
      }),
    );
  }

  #fill(): void {
    const i = this.#current;
    this.#detail.hidden = i === undefined;
    if (i === undefined) {
      this.#detail.replaceChildren();
      return;
    }
    const pins = this.#pins;
    const n = number(pins.finding[i]);
    const finding = n === undefined ? undefined : this.#payload.findings.find((one) => one.n === n);
    const life = lifeOfPin(pins, i, unitOf(this.#payload, pins, i), finding);
    const told = story(life, (step) => pick(step));
    const drawn = new Timeline(life, { unit: unitOf(this.#payload, pins, i), onPick: (step) => pick(step) });
    const pick = (step: number) => {
      told.pick(step);
      drawn.pick(step);
    };
    const close = el(
      'button',
      {
        type: 'button',
        'aria-label': 'Close this pin',
        title: 'Close this pin (Esc)',
        click: () => this.#onShow(undefined),
      },
      '✕',
    );
    const more: [string, string][] = [
      ['held', heldWords(pins, i, unitOf(this.#payload, pins, i))],
      ['state', STATES[pins.word('state', i)] ?? ''],
      ['mm', pins.mm.at(i) ?? ''],
      ['struct page', pins.page(i) ?? ''],
      ['flags', pins.word('flags', i)],
      ['called by', pins.word('caller', i)],
    ];
    this.#detail.replaceChildren(
      el(
        'div',
        { class: 'title' },
        el('h2', { tabindex: -1 }, `${ownerOf(pins, i)}  ${pins.address.at(i) ?? ''}  ${pageOf(pins, i)}`),
        n !== undefined ? el('a', { href: `#finding-${n}` }, `finding ${n}`) : '',
        el('div', { class: 'buttons' }, close),
      ),
      facts(more.filter(([, value]) => value !== '')),
      life.steps.length > 0 ? drawn.node : el('p', { class: 'nothing' }, 'The trace shows no step of this pin.'),
      told.node,
    );
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#grid) return;
    const page = this.#rows.page;
    const length = this.#shown.length;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -length,
      End: length,
    };
    const by = steps[event.key];
    if (by !== undefined) {
      event.preventDefault();
      this.step(by);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.#detail.querySelector<HTMLElement>('h2')?.focus();
    }
  }
}
