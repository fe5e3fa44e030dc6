// Why: of JSON only the strings that hold the trace are text of it; their lines are counted from the first of them.
import type { Source } from '../wrapped-source.ts';
import { WrappedSource } from '../wrapped-source.ts';
import { JsonStrings } from './json-strings.ts';

const CHUNK = 1 << 16;

/** The values of one member of JSON, one after the other, each on lines of its own. */
export class JsonSource extends WrappedSource {
  readonly #chunk = Buffer.alloc(CHUNK);
  readonly #strings: JsonStrings;
  /** what came out of this chunk */
  #text = '';
  /** the last text ended a line */
  #isLine = true;
  #ready: Buffer = Buffer.alloc(0);
  #ended = false;
  #taken = 0;
  #damage: string | undefined;

  /** @param member see `traceMember` */
  constructor(source: Source, member: string) {
    super(source);
    this.#strings = new JsonStrings((key, text, isEnd) => {
      if (key !== member) return;
      // a fence of Markdown stands in the first and the last line
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

  override get taken(): number {
    return this.inner.taken ?? this.#taken;
  }

  override get damage(): string | undefined {
    return this.inner.damage ?? this.#damage;
  }

  override async head(): Promise<Uint8Array> {
    while (!this.#ended && this.#ready.length < CHUNK) await this.#more();
    return this.#ready;
  }

  async read(into: Uint8Array): Promise<number> {
    while (!this.#ended && this.#ready.length === 0) await this.#more();
    const n = Math.min(into.length, this.#ready.length);
    into.set(this.#ready.subarray(0, n));
    this.#ready = this.#ready.subarray(n);
    return n;
  }

  async #more(): Promise<void> {
    const got = await this.inner.read(this.#chunk);
    this.#taken += got;
    if (got === 0) {
      this.#ended = true;
      if (this.#strings.isOpen) this.#damage = 'the JSON that the text is in is cut: it ends within a value';
      return;
    }
    this.#strings.push(this.#chunk.toString('latin1', 0, got));
    if (this.#text === '') return;
    this.#ready = Buffer.concat([this.#ready, Buffer.from(this.#text, 'latin1')]);
    this.#text = '';
  }
}
