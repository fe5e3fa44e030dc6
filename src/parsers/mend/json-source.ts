// Why: in JSON, only the strings of one member contain the trace. Its lines are numbered from the first of these strings.
import { count } from '../../util/count.ts';
import type { Source } from '../bytes/wrapped-source.ts';
import { hasEvent, NOTHING } from '../detect/looks.ts';
import { ConvertedSource } from './converted-source.ts';
import { withoutEntities } from './html.ts';
import { JsonBeside } from './json-beside.ts';
import { JsonStrings } from './json-strings.ts';
import { Senders } from './senders.ts';

/** The values of one member of JSON, one after the other, each on its own lines. */
export class JsonSource extends ConvertedSource {
  readonly #strings: JsonStrings;
  readonly #member: string;
  readonly #beside = new JsonBeside();
  readonly #senders = new Senders();
  /** text of the record that is open, one character per byte: its sender may be named behind it */
  #held = '';
  /** where the last text in it begins, and the events of the one before */
  #begins = 0;
  #events = '';
  /** text found in the current chunk */
  #text = '';
  /** the text so far ends with a newline */
  #isLine = true;
  /** values that are null */
  #missing = 0;
  /** the beginning of the last string */
  #value = '';

  /** @param member see `traceMember` */
  constructor(source: Source, member: string) {
    super(source);
    this.#member = member;
    this.#strings = new JsonStrings({
      take: (key, text, isEnd) => (key === member ? this.#take(text, isEnd) : this.#other(key, text, isEnd)),
      scalar: (key, value) => {
        if (key === member && value === 'null') this.#missing++;
        this.#beside.value(key, value);
      },
      open: (isList, key) => this.#beside.open(isList, key),
      close: () => {
        if (this.#beside.isRecord) this.#release();
        this.#beside.close();
      },
    });
  }

  override get mended(): string {
    return [...(this.inner.mended === undefined ? [] : [this.inner.mended]), 'in JSON'].join(', ');
  }

  protected override convert(bytes: Buffer): Buffer {
    this.#strings.push(bytes.toString('latin1'));
    return this.#given();
  }

  protected override rest(): Buffer {
    this.#release();
    return this.#given();
  }

  protected override incomplete(): string | undefined {
    if (this.#strings.isOpen) return 'the JSON that the text is in is cut: it ends within a value';
    if (this.#missing > 0) return nullValues(this.#missing, this.#member);
    return this.#senders.damage ?? this.#beside.damage;
  }

  #take(text: string, isEnd: boolean): void {
    this.#beside.text();
    // the first and the last line may contain a fence of Markdown
    this.#held += text.replaceAll('```', '\n');
    if (text !== '') this.#isLine = text.endsWith('\n');
    if (isEnd && !this.#isLine) {
      this.#held += '\n';
      this.#isLine = true;
    }
    if (isEnd) this.#endText();
    if (this.#held.length > LONGEST_RECORD) this.#release();
  }

  /** Messages of Slack hold their text twice, as it was written and in blocks of its parts. */
  #endText(): void {
    const events = eventsOf(this.#held.slice(this.#begins));
    if (events !== '' && events === this.#events) this.#held = this.#held.slice(0, this.#begins);
    else if (events !== '') this.#events = events;
    this.#begins = this.#held.length;
  }

  #other(key: string, text: string, isEnd: boolean): void {
    if (this.#value.length < LONGEST_RECORD) this.#value += text;
    if (!isEnd) return;
    this.#beside.value(key, this.#value);
    this.#value = '';
  }

  #release(): void {
    const { sender: from } = this.#beside;
    this.#text +=
      from === undefined
        ? this.#held
        : this.#held.replace(/.+/g, (line) => this.#senders.take({ rest: line, from }) ?? NOTHING);
    this.#held = '';
    this.#begins = 0;
    this.#events = '';
  }

  #given(): Buffer {
    const text = Buffer.from(this.#text, 'latin1');
    this.#text = '';
    return text;
  }
}

/** The events of a text of several lines, without what differs between two copies. */
function eventsOf(text: string): string {
  const lines = text.split('\n').filter(hasEvent);
  return lines.length > 1 ? lines.map((line) => withoutEntities(line).trim()).join('\n') : '';
}

/** A longer text is given before its sender is known. */
const LONGEST_RECORD = 1 << 20;

/** Journalctl leaves out a value of more than 4096 bytes without `--all` (JSON_THRESHOLD, logs-show.c of systemd). */
const nullValues = (n: number, member: string): string =>
  `the text is the member "${member}" of JSON, and ${count(n, 'value')} of it ${n === 1 ? 'is' : 'are'} null: left out when it was written`;
