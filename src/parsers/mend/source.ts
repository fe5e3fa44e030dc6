// Why: unwraps a trace before its lines are read, so that parsers need not handle mails and logs. A mended source
// returns the bytes of the repaired text; positions refer to that text, line numbers to the file.
import type { Source } from '../bytes/wrapped-source.ts';
import { WrappedSource } from '../bytes/wrapped-source.ts';
import { MARKUP_ENDS, OTHER_ENDS } from './line-ends.ts';
import { LineMender } from './line-mender.ts';
import type { MendPlan } from './mend-plan.ts';
import type { Packing } from './packings.ts';
import { type Mender, textLines } from './text-lines.ts';

/** Number of characters repaired at once, and returned by {@link MendedSource.head}. */
const STEP = 32 * 1024;
const HEAD = 64 * 1024;

/** Maximum size for detection: a log may have much text before the dump. */
const MOST_HEAD = 1 << 20;

/** Maximum size of a text that is searched for a dump if its beginning has none. */
const MOST_SEARCHED = 256 << 20;

/** The element of a page that a text is in is closed, so its last line is whole. */
const ELEMENT_END = /<\/(?:html|body|pre|tt|code|samp|div|p|li|td|tr|tbody|table)>\s*$/i;

const endsOf = ({ escapes, ends, markup }: MendPlan): RegExp | string => {
  if (escapes === true) return /\\n|\n/;
  if (markup === true) return MARKUP_ENDS;
  return ends === true ? OTHER_ENDS : '\n';
};

export class MendedSource extends WrappedSource {
  readonly #words: readonly string[];
  readonly #mender: Mender;
  readonly #lines: AsyncGenerator<string, boolean>;
  /** repaired bytes that have not been read yet */
  #ready: Buffer[] = [];
  #ended = false;
  /** the line that was repaired last */
  #last = '';
  #taken = 0;

  constructor(source: Source, plan: MendPlan | Packing) {
    super(source);
    this.#words = plan.words;
    const isPacking = 'mender' in plan;
    this.#mender = isPacking ? plan.mender : new LineMender(plan);
    this.#lines = textLines({ read: (into) => this.#read(into) }, isPacking ? '\n' : endsOf(plan));
  }

  override get mended(): string {
    const { mended } = this.inner;
    return [...(mended === undefined ? [] : [mended]), ...(this.#mender.words ?? this.#words)].join(', ');
  }

  override get taken(): number {
    return this.inner.taken ?? this.#taken;
  }

  override get damage(): string | undefined {
    return this.inner.damage ?? this.#mender.damage;
  }

  override get doubt(): string | undefined {
    return this.inner.doubt ?? this.#mender.doubt;
  }

  /** The first bytes with part of a trace in them. */
  override async head(): Promise<Uint8Array> {
    let bytes = this.#ready.reduce((sum, chunk) => sum + chunk.length, 0);
    let behind = 0;
    while (!this.#ended && bytes < MOST_HEAD && behind < HEAD) {
      const chunk = await this.#next();
      bytes += chunk;
      if (this.#mender.found) behind += chunk;
    }
    return Buffer.concat(this.#ready);
  }

  /** Whether it contains part of a trace; known after {@link head}, which reads until it is. */
  async isFound(): Promise<boolean> {
    await this.head();
    while (!this.#mender.found && !this.#ended && this.position < MOST_SEARCHED) await this.#next();
    return this.#mender.found;
  }

  /** Read all of it. @returns whether the names in front of its lines are of one trace */
  async isOneTrace(): Promise<boolean> {
    const into = Buffer.alloc(STEP);
    while ((await this.read(into)) > 0);
    return this.#mender instanceof LineMender && this.#mender.isOneTrace;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#ready.length === 0 && !this.#ended) await this.#next();
    let got = 0;
    while (got < into.length && this.#ready.length > 0) {
      const [chunk] = this.#ready;
      const n = Math.min(into.length - got, chunk.length);
      into.set(chunk.subarray(0, n), got);
      got += n;
      if (n === chunk.length) this.#ready.shift();
      else this.#ready[0] = chunk.subarray(n);
    }
    return got;
  }

  async #read(into: Uint8Array): Promise<number> {
    const got = await this.inner.read(into);
    this.#taken += got;
    return got;
  }

  /** Repair some lines; returns the number of bytes. */
  async #next(): Promise<number> {
    let text = '';
    while (text.length < STEP) {
      const { value, done } = await this.#lines.next();
      if (done === true) {
        this.#ended = true;
        text += this.#mender.end();
        // the last line may be truncated, which is visible by its missing newline
        if (value && this.#mender.isLineByLine && !ELEMENT_END.test(this.#last)) text = text.replace(/\n$/, '');
        break;
      }
      this.#last = value;
      text += this.#mender.take(value);
    }
    if (text === '') return 0;
    const bytes = Buffer.from(text, 'latin1');
    this.#ready.push(bytes);
    return bytes.length;
  }
}
