// Why: stores of logs say beside each text which machine, pod or container it is of, how many texts a search has found,
// and where its next page is. Without that, the lines of two machines would be one trace, and the first page all of it.
import { count, grouped } from '../../util/count.ts';

/**
 * Members that name a machine, its boot, a pod or a container, behind the member that they are in: the journal, fluent-bit,
 * Loki (`stream.host`), Elastic Common Schema (`host.name`), json-file of docker (`attrs.tag`), CloudWatch.
 */
const SENDER = new RegExp(
  String.raw`(?:^|\.)(?:_?host_?name|_?boot_id|_?machine_id|(?:host|pod|container)(?:[._](?:name|id|hostname))?` +
    String.raw`|node_?name|kubernetes\.node\.name|instance_id|computer|logstreamname|attrs\.tag)$`,
  'i',
);

/** Elasticsearch, Graylog, Jira: more than the list beside it. */
const TOTAL = /(?:^|\.)total(?:[._](?:value|results|count))?$/i;

/** Where the next page of an answer is, or that there is one. */
const NEXT = /(?:^|\.)(?:next_?(?:page_?)?(?:token|cursor|link)|has_?more|is_?truncated)$/i;

const LONGEST_NAME = 200;

/** Names of the sender in an object of JSON, and in the objects that it contains; undefined: none. */
export function senderIn(object: Readonly<Record<string, unknown>>): string | undefined {
  const names = namesIn(object, '');
  return names.length > 0 ? names.join(' ') : undefined;
}

const namesIn = (object: object, path: string): string[] =>
  Object.entries(object).flatMap(([key, value]: [string, unknown]) => {
    const name = `${path}${key}`;
    if (typeof value === 'string') return isSender(name, value) ? [value] : [];
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? namesIn(value, `${name}.`) : [];
  });

const isSender = (name: string, value: string): boolean =>
  SENDER.test(name) && value !== '' && value.length <= LONGEST_NAME;

/** An object or a list that is open. */
interface Level {
  isList: boolean;
  /** members of which it is the value */
  path: string;
  names: string[];
  /** the text is in it */
  hasText: boolean;
  /** elements of the list */
  elements: number;
  /** what the object says of the list in it, and how long that list is */
  total: number;
  listed: number;
}

/** Follows JSON, object by object. */
export class JsonBeside {
  readonly #levels: Level[] = [];
  #damage: string | undefined;

  /** What is missing, in a sentence. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** Names of the sender of what comes now, as far as they have come; undefined: none. */
  get sender(): string | undefined {
    const names = this.#levels.flatMap(({ names }) => names);
    return names.length > 0 ? names.join(' ') : undefined;
  }

  /** @param key of its object; '' in a list */
  open(isList: boolean, key: string): void {
    this.#element();
    const { path = '' } = this.#levels.at(-1) ?? {};
    this.#levels.push({
      isList,
      path: key === '' ? path : `${path}.${key}`,
      names: [],
      hasText: false,
      elements: 0,
      total: 0,
      listed: 0,
    });
  }

  /** A string, a number or a literal. @param key of its object; '' in a list */
  value(key: string, value: string): void {
    this.#element();
    const top = this.#levels.at(-1);
    if (top === undefined || top.isList) return;
    const name = `${top.path}.${key}`;
    if (isSender(name, value)) top.names.push(value);
    if (TOTAL.test(name)) {
      const of = TOTAL.test(top.path) ? this.#levels.at(-2) : top;
      if (of !== undefined) of.total = Math.max(of.total, Number(value) || 0);
    }
    if (NEXT.test(name) && !/^(?:null|false|)$/.test(value))
      this.#damage ??= `the JSON that the text is in has more pages ("${key}"): they are not in it`;
  }

  /** The text of the trace. */
  text(): void {
    for (const level of this.#levels) level.hasText = true;
  }

  /** An element of a list, or the whole: behind its end nothing else is said of the texts in it. */
  get isRecord(): boolean {
    const top = this.#levels.at(-1);
    return top?.isList === false && this.#levels.at(-2)?.isList !== false;
  }

  close(): void {
    const closed = this.#levels.pop();
    const top = this.#levels.at(-1);
    if (closed === undefined) return;
    const { total, listed } = closed;
    if (listed > 0 && total > listed)
      this.#damage ??= `the JSON that the text is in has ${grouped(listed)} of ${count(total, 'result')}: the others were not fetched`;
    if (top?.isList !== false) return;
    if (closed.isList && closed.hasText) top.listed = Math.max(top.listed, closed.elements);
    if (!closed.isList) top.names.push(...closed.names);
  }

  #element(): void {
    const top = this.#levels.at(-1);
    if (top?.isList === true) top.elements++;
  }
}
