// A strict XML parser (well-formedness errors throw) and the structure JUnit consumers share, as the schemas of
// Jenkins and of the Ant task have it: which elements stand where, which attributes they need and may have.
import { SaxesParser } from 'saxes';

export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

export function parseXml(text: string): Element {
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    const element: Element = {
      name: tag.name,
      attributes: tag.attributes as Record<string, string>,
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (chars) => {
    const element = open.at(-1);
    if (element !== undefined) {
      element.text += chars;
    }
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(text).close();
  return top.children[0] as Element;
}

interface ElementRule {
  children: string[];
  required: string[];
  optional?: string[];
  /** may have text */
  text?: boolean;
}

const COUNTS = ['tests', 'failures', 'errors', 'skipped'];

const JUNIT: Record<string, ElementRule> = {
  testsuites: { children: ['testsuite'], required: ['name', 'tests', 'failures', 'errors'] },
  testsuite: { children: ['properties', 'testcase'], required: ['name', ...COUNTS] },
  properties: { children: ['property'], required: [] },
  property: { children: [], required: ['name', 'value'] },
  testcase: { children: ['failure', 'error', 'skipped', 'system-out'], required: ['name', 'classname'] },
  failure: { children: [], required: ['message', 'type'], text: true },
  skipped: { children: [], required: ['message'] },
  error: { children: [], required: ['message', 'type'] },
  'system-out': { children: [], required: [], text: true },
};

/** Everything that is not as JUnit has it. */
export function junitErrors(element: Element, at = ''): string[] {
  const rule = JUNIT[element.name];
  const path = `${at}/${element.name}`;
  if (rule === undefined) {
    return [`${path}: unknown element`];
  }
  const names = Object.keys(element.attributes);
  const allowed = [...rule.required, ...(rule.optional ?? [])];
  return [
    ...rule.required.filter((name) => !names.includes(name)).map((name) => `${path}: no ${name}`),
    ...names.filter((name) => !allowed.includes(name)).map((name) => `${path}: unknown ${name}`),
    ...names
      .filter((name) => COUNTS.includes(name) && !/^\d+$/.test(element.attributes[name] ?? ''))
      .map((name) => `${path}: ${name} is no number`),
    ...(rule.text !== true && element.text.trim() !== '' ? [`${path}: has text`] : []),
    ...element.children
      .filter((child) => !rule.children.includes(child.name))
      .map((child) => `${path}: has ${child.name}`),
    ...element.children.flatMap((child) => junitErrors(child, path)),
  ];
}
