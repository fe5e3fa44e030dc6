// Why: in JSON, only the strings of one member contain the trace. Its lines are numbered from the first of these strings.
import type { Source } from '../bytes/wrapped-source.ts';
import { ConvertedSource } from './converted-source.ts';
import { JsonStrings } from './json-strings.ts';

/** The values of one member of JSON, one after the other, each on its own lines. */
export class JsonSource extends ConvertedSource {
  readonly #strings: JsonStrings;
  /** text found in the current chunk, one character per byte */
  #text = '';
  /** the text so far ends with a newline */
  #isLine = true;

  /** @param member see `traceMember` */
  constructor(source: Source, member: string) {
    super(source);
    this.#strings = new JsonStrings((key, text, isEnd) => {
      if (key !== member) return;
      // the first and the last line may contain a fence of Markdown
      this.#text += text.replaceAll('```', '\n');
      if (text !== '') this.#isLine = text.endsWith('\n');
      if (!isEnd || this.#isLine) return;
      this.#text += '\n';
      this.#isLine = true;
    });
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
    return this.#strings.isOpen ? 'the JSON that the text is in is cut: it ends within a value' : undefined;
  }
}
