// Why: in JSON, only the strings of one member contain the trace. Its lines are numbered from the first of these strings.
import { count } from '../../util/count.ts';
import type { Source } from '../bytes/wrapped-source.ts';
import { ConvertedSource } from './converted-source.ts';
import { JsonStrings } from './json-strings.ts';

/** The values of one member of JSON, one after the other, each on its own lines. */
export class JsonSource extends ConvertedSource {
  readonly #strings: JsonStrings;
  readonly #member: string;
  /** text found in the current chunk, one character per byte */
  #text = '';
  /** the text so far ends with a newline */
  #isLine = true;
  /** values that are null */
  #missing = 0;

  /** @param member see `traceMember` */
  constructor(source: Source, member: string) {
    super(source);
    const take = (key: string, text: string, isEnd: boolean) => {
      if (key !== member) return;
      // the first and the last line may contain a fence of Markdown
      this.#text += text.replaceAll('```', '\n');
      if (text !== '') this.#isLine = text.endsWith('\n');
      if (!isEnd || this.#isLine) return;
      this.#text += '\n';
      this.#isLine = true;
    };
    this.#strings = new JsonStrings(take, (key) => {
      if (key === member) this.#missing++;
    });
    this.#member = member;
  }

  override get mended(): string {
    return [...(this.inner.mended === undefined ? [] : [this.inner.mended]), 'in JSON'].join(', ');
  }

  protected override convert(bytes: Buffer): Buffer {
    this.#strings.push(bytes.toString('latin1'));
    const text = Buffer.from(this.#text, 'latin1');
    this.#text = '';
    return text;
  }

  protected override incomplete(): string | undefined {
    if (this.#strings.isOpen) return 'the JSON that the text is in is cut: it ends within a value';
    return this.#missing > 0 ? nullValues(this.#missing, this.#member) : undefined;
  }
}

/** Journalctl leaves out a value of more than 4096 bytes without `--all` (JSON_THRESHOLD, logs-show.c of systemd). */
const nullValues = (n: number, member: string): string =>
  `the text is the member "${member}" of JSON, and ${count(n, 'value')} of it ${n === 1 ? 'is' : 'are'} null: left out when it was written`;
