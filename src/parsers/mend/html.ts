// Why: web pages contain traces unchanged (systrace, atrace) or with markup: in <pre>, in tables with line numbers, in
// paragraphs. Text copied from the source of a page has entities but no markup.
import { filled, hasEvent, hasRest, isBetween, isEventLine, NOTHING } from '../detect/looks.ts';
import { LineNumbers } from './line-numbers.ts';
import { takeOff, takeOffThese } from './prefixes.ts';

const PAGE =
  /^\s*<(?:!doctype|html|head|body|\?xml)|<script class="trace-data"|<\/?(?:pre|code|span|div|td|br)\b[^<>]*>/i;

/** The first tag of a page. */
export const TAG = /^\s*(?:<!--|<(?:!doctype|html|head|body|div|p|table|pre|code|\?xml)\b)/i;

/** A page, or lines with markup in them. `<idle>-0` is a task. */
export function isHtml(lines: readonly string[]): boolean {
  const some = filled(lines);
  if (some.length === 0) return false;
  if (TAG.test(some[0])) return true;
  if (some.some((line) => /<script class="trace-data"/.test(line))) return true;
  // `<br>` only at the end of each line is a suffix
  const marked = some.filter(
    (line) => PAGE.test(line.replace(/(?:<br ?\/?>)+$/i, '')) || /&(?:lt|gt|amp|nbsp|#x?[\da-f]+);/i.test(line),
  );
  return marked.length > 0.3 * some.length;
}

/** Names made by the kernel: `<idle>`, `<...>`, `a <- b`, `-> 0x8`. */
const RAW = /<(?:idle|\.\.\.)>-\d|<-|->/;
const LT = '&(?:lt|#60|#x3c);';
const GT = '&(?:gt|#62|#x3e);';
const ESCAPED = new RegExp(`${LT}(?:idle|\\.\\.\\.)${GT}-\\d|${LT}-|-${GT}|\\w&#(?:61|x3d);`, 'i');

/** Lines of a trace with entities where others have `<`; a task may have the name `&lt;`. */
export function isEscaped(lines: readonly string[]): boolean {
  const events = lines.filter(hasEvent);
  return events.some((line) => ESCAPED.test(line)) && !events.some((line) => RAW.test(line));
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

export const withoutEntities = (line: string): string =>
  line.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, dec?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
    const code = dec === undefined ? Number.parseInt(hex ?? '0', 16) : Number(dec);
    return code === 0xa0 ? ' ' : String.fromCharCode(code & 0xff);
  });

export const withoutMarkup = (line: string): string =>
  withoutEntities(
    line
      // between cells of a row
      .replace(/<\/t[dh]>\s*(?=<t[dh]\b)/gi, '\t')
      .replace(/<!\[CDATA\[|\]\]>/g, '')
      .replace(/<(?!idle>-\d|(?:user )?stack trace)\/?[a-z][^<>]*>/gi, ''),
  );

const isLine = (text: string): boolean => isEventLine(text) || isBetween(text);

/**
 * An HTML page. systrace and atrace put the trace unchanged into a script element, other pages put it into pre with
 * markup.
 */
export class Page {
  found = false;
  #in: 'page' | 'script' | 'other script' | 'pre' = 'page';
  readonly #numbers = new LineNumbers();
  /** the element has shown its first line */
  #begun = false;

  /** What is missing, known at the end. */
  get damage(): string | undefined {
    return this.#numbers.damage;
  }

  take(line: string): string {
    if (this.#in === 'script' || this.#in === 'other script') {
      if (/<\/script/i.test(line)) {
        this.#in = 'page';
        return NOTHING;
      }
      if (!this.#begun && /\S/.test(line)) {
        this.#begun = true;
        if (isBetween(line) || isEventLine(line)) this.found = true;
        else this.#in = 'other script';
      }
      return this.#in === 'script' ? line : NOTHING;
    }
    const script = /<script\b[^>]*class="trace-data"[^>]*>(.*)$/i.exec(line);
    if (script !== null) {
      this.#in = 'script';
      this.#begun = /\S/.test(script[1]);
      return this.#begun ? script[1] : NOTHING;
    }
    const opens = /<pre\b[^>]*>(.*)$/i.exec(line);
    if (opens !== null) this.#in = 'pre';
    const isPre = this.#in === 'pre';
    if (/<\/pre/i.test(line)) this.#in = 'page';
    const marked = withoutMarkup(opens === null ? line : opens[1]);
    // a preceding cell contains the line number, or is empty and numbered by a script
    const taken = isLine(marked) ? undefined : takeOff(marked, isLine);
    const text = isLine(marked) ? marked : (taken?.rest ?? marked.split('\t').find(isLine) ?? marked);
    if (taken !== undefined) this.#numbers.take(takeOffThese(marked, taken.prefixes).line);
    if (isEventLine(text) || isBetween(text)) {
      this.found = true;
      return text;
    }
    // an incomplete event is reported as such
    return (isPre && /\S/.test(text) && opens === null) || hasRest(text) ? text : NOTHING;
  }
}
