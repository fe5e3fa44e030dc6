// The page of the HTML report: reads its data, builds the views when they are first shown, and keeps the address and
// the keys consistent with what is shown.
import { grouped } from '../../../util/count.ts';
import type { Payload } from '../payload.ts';
import { PinTable } from '../pin-columns.ts';
import { coverage } from './coverage.ts';
import { byId, el } from './dom.ts';
import { Findings } from './findings.ts';
import { load } from './load.ts';
import { Pins } from './pins.ts';
import { printable } from './print.ts';
import { hashOf, parseRoute, type Route } from './route.ts';

type View = Route['view'];

class App {
  readonly #payload: Payload;
  readonly #findings: Findings;
  readonly #panels = new Map<View, HTMLElement>();
  readonly #links = new Map<View, HTMLElement>();
  readonly #main = byId('main');
  #pins: Pins | undefined;
  #route: Route = { view: 'findings', finding: undefined };

  constructor(payload: Payload) {
    this.#payload = payload;
    this.#findings = new Findings(payload, { onShow: (finding) => this.go({ view: 'findings', finding }) });
    this.#panels.set('findings', this.#findings.node);
    const names: [View, string][] = [
      ['findings', `Findings ${grouped(payload.findings.length)}`],
      ['pins', `Pins ${grouped(payload.pinCount)}`],
      ['coverage', 'Coverage'],
    ];
    for (const [view, name] of names) {
      const link = el('a', { href: `#${view}` }, name);
      this.#links.set(view, link);
      byId('nav').append(link);
    }
    byId('verdict').classList.add(payload.verdict);
    document.body.append(footer());
    printable(payload, () => this.#findings.shown);
    // Its own address would lead away from the finding that is shown.
    byId('skip').addEventListener('click', (event) => {
      event.preventDefault();
      this.#main.focus();
    });
    addEventListener('hashchange', () => this.#show(parseRoute(location.hash)));
    addEventListener('keydown', (event) => this.#onKey(event));
    this.#show(parseRoute(location.hash));
    this.#main.setAttribute('aria-busy', 'false');
  }

  /** Show it and update the address; going back switches between views, not findings. */
  go(route: Route): void {
    if (route.view === this.#route.view) {
      history.replaceState(null, '', hashOf(route));
      this.#show(route);
    } else {
      location.hash = hashOf(route);
    }
  }

  #show(route: Route): void {
    this.#route = route;
    const panel = this.#panel(route.view);
    if (panel.parentElement !== this.#main) this.#main.replaceChildren(panel);
    for (const [view, link] of this.#links) {
      if (view === route.view) {
        link.setAttribute('aria-current', 'page');
      } else {
        link.removeAttribute('aria-current');
      }
    }
    document.body.dataset.view = route.view;
    if (route.view === 'findings') {
      this.#findings.show(route.finding);
    } else if (route.view === 'pins') {
      this.#pins?.show(route.pin);
    }
  }

  #panel(view: View): HTMLElement {
    const known = this.#panels.get(view);
    if (known !== undefined) return known;
    const made =
      view === 'pins' ? el('div', { class: 'panel' }, el('p', { class: 'nothing' }, '…')) : coverage(this.#payload);
    this.#panels.set(view, made);
    if (view === 'pins') void this.#fillPins(made);
    return made;
  }

  /** A hundred thousand pins take some time, and most readers never look at them. */
  async #fillPins(panel: HTMLElement): Promise<void> {
    const table = new PinTable(await load('pins'));
    this.#pins = new Pins(this.#payload, table, (pin) => this.go({ view: 'pins', pin }));
    panel.replaceChildren(this.#pins.node);
    if (this.#route.view === 'pins') this.#pins.show(this.#route.pin);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const list =
      this.#route.view === 'findings' ? this.#findings : this.#route.view === 'pins' ? this.#pins : undefined;
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    const free = event.target === document.body || event.target === document.documentElement;
    if (event.key === 'Escape') {
      this.#escape(typing);
    } else if (typing || list === undefined) {
      return;
    } else if (event.key === 'j' || (free && event.key === 'ArrowDown')) {
      list.step(1);
    } else if (event.key === 'k' || (free && event.key === 'ArrowUp')) {
      list.step(-1);
    } else if (event.key === '/') {
      list.focusSearch();
    } else if (event.key === 'Enter' && free && this.#route.view === 'findings') {
      this.#findings.focusDetail();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** One step back: out of a field, out of a detail, to the list. */
  #escape(typing: boolean): void {
    if (this.#route.view === 'pins') {
      if (!typing && this.#route.pin !== undefined) this.go({ view: 'pins', pin: undefined });
      this.#pins?.focusList();
    } else if (this.#route.view === 'findings') {
      if (!typing && !matchMedia('(min-width: 60rem)').matches) this.go({ view: 'findings', finding: undefined });
      this.#findings.focusList();
    }
  }
}

function footer(): HTMLElement {
  const key = (name: string) => el('kbd', {}, name);
  return el(
    'footer',
    {},
    el(
      'span',
      { class: 'keys' },
      key('j'),
      ' ',
      key('k'),
      ' next, previous  ',
      key('Enter'),
      ' open  ',
      key('Esc'),
      ' back  ',
      key('/'),
      ' search',
    ),
  );
}

async function start(): Promise<void> {
  try {
    new App(await load('report'));
  } catch (error) {
    byId('main').replaceChildren(
      el(
        'p',
        { class: 'notice' },
        `This report cannot be shown in this browser: ${error instanceof Error ? error.message : error}`,
      ),
      el(
        'p',
        { class: 'notice' },
        'It needs a browser of 2023 or later. The same as plain text: pindrift report --report text',
      ),
    );
  }
}

void start();
