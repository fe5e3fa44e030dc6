// All elements of the page are made here. Strings become text nodes and attribute values, never markup, so that text
// from the trace stays text.
type Child = Node | string | number | undefined | false | readonly Child[];
type Handler = (event: never) => void;
type Attributes = Record<string, string | number | boolean | undefined | Handler>;

const SVG = 'http://www.w3.org/2000/svg';

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return dress(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

function dress<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value as EventListener);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === false) continue;
    if (child instanceof Node) element.append(child);
    else if (typeof child === 'string' || typeof child === 'number') element.append(String(child));
    else append(element, child);
  }
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no #${id} in the page`);
  return element;
}

/** A labelled list of facts. */
export function facts(all: readonly (readonly [string, string])[]): HTMLElement {
  return el(
    'dl',
    { class: 'facts' },
    all.map(([label, text]) => [el('dt', {}, label), el('dd', {}, text)]),
  );
}
