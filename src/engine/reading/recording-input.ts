// Why: a binary recording as input of a reading: its events need no parsing and are converted to records directly.
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Source } from '../../parsers/bytes/wrapped-source.ts';
import type { TraceHead } from '../../parsers/formats/head.ts';
import { LineKind, TraceLine } from '../../parsers/formats/line.ts';
import { FileBytes } from '../../recordings/bytes.ts';
import { type Bytes, RecordedEvent, type Recording } from '../../recordings/contract.ts';
import { isRecording, latencyText, openRecording } from '../../recordings/index.ts';
import { TemporaryFile } from '../../recordings/temporary-file.ts';
import { InputError } from '../../util/errors.ts';
import { Kind } from '../../vocabulary/kinds.ts';
import { RecordBatch, Slot, STRIDE } from '../../vocabulary/record.ts';
import type { EvidenceLine } from './evidence.ts';
import type { Feed, FeedOptions, OpenInput } from './feed.ts';
import { isFilter, LineFilter } from './filter.ts';
import { memoryInput, type TraceInput } from './input.ts';

export class RecordingInput implements OpenInput {
  readonly head: TraceHead;
  readonly size: number | undefined;
  readonly #recording: Recording;

  private constructor(recording: Recording) {
    this.#recording = recording;
    this.head = recording.head;
    this.size = recording.size;
  }

  /**
   * @param source bytes of the input, not read from yet
   * @param kallsyms file with the symbols of that boot, for a recording without symbols
   * @returns the text that it contains instead of events; undefined if it is not a recording
   */
  static async open(
    input: TraceInput,
    source: Source,
    kallsyms?: string,
  ): Promise<RecordingInput | TraceInput | undefined> {
    const head = await source.head();
    if (!isRecording(head)) return undefined;
    const bytes = await bytesOf(input, source);
    try {
      const recording = await openRecording({ path: input.path, bytes, symbols: symbolsOf(kallsyms) }, head);
      if (recording !== undefined) return new RecordingInput(recording);
    } catch (error) {
      const text = await latencyText(bytes, head);
      bytes.close();
      if (text === undefined) throw error;
      return memoryInput(input.path, text);
    }
    bytes.close();
    return undefined;
  }

  /** A directory of raw pages, or of perf; undefined if it is neither. */
  static async openDirectory(input: TraceInput, kallsyms?: string): Promise<RecordingInput | undefined> {
    if (input.file === undefined || statSync(input.file, { throwIfNoEntry: false })?.isDirectory() !== true)
      return undefined;
    const recording = await openRecording({ path: input.file, symbols: symbolsOf(kallsyms) }, new Uint8Array(0));
    return recording && new RecordingInput(recording);
  }

  /** Open an input as a recording; undefined if it is not one, or contains text instead of events. */
  static async recordingOf(input: TraceInput): Promise<Recording | undefined> {
    const directory = await RecordingInput.openDirectory(input);
    if (directory !== undefined) return directory.#recording;
    const source = await input.open();
    try {
      const opened = await RecordingInput.open(input, source);
      return opened instanceof RecordingInput ? opened.#recording : undefined;
    } finally {
      source.close();
    }
  }

  start(options: FeedOptions): Feed {
    return new RecordingFeed(this.#recording, options);
  }

  async show(places: readonly number[]): Promise<Map<number, EvidenceLine>> {
    const shown = await this.#recording.show([...new Set(places)]);
    return new Map(
      shown.map(({ place, text, comm, pid, stack, at }) => [place, { text, comm, pid, stack, record: at }]),
    );
  }

  close(): void {
    this.#recording.close();
  }
}

/** Read when the first symbol is requested. */
function symbolsOf(path: string | undefined): (() => Uint8Array) | undefined {
  if (path === undefined) return undefined;
  checkSymbols(path);
  return () => readFileSync(path);
}

/** @throws InputError if there is no such file, or it has no symbols */
export function checkSymbols(path: string): void {
  const file = statSync(path, { throwIfNoEntry: false });
  const problem =
    file === undefined
      ? 'no such symbol file'
      : file.isFile()
        ? symbolsProblem(headOf(path))
        : 'symbols are read from a file only, and this is none';
  if (problem === undefined) return;
  throw new InputError(problem, {
    where: path,
    tryThis: 'cat /proc/kallsyms > FILE, as root, on that machine before it is rebooted',
  });
}

function symbolsProblem(head: string): string | undefined {
  const addresses = [...head.matchAll(/^([0-9a-f]{8,16}) [a-z] \S/gim)].map(([, address]) => address);
  if (addresses.length === 0) return 'no line of this file is a symbol';
  // what kptr_restrict shows to others than root
  const areHidden = addresses.length > 1 && addresses.every((address) => /^0+$/.test(address));
  return areHidden ? 'all addresses in this file are 0: it was not read as root' : undefined;
}

function headOf(path: string): string {
  const head = Buffer.alloc(1 << 16);
  const fd = openSync(path, 'r');
  try {
    return head.toString('latin1', 0, readSync(fd, head));
  } finally {
    closeSync(fd);
  }
}

/** A plain file is read in place; compressed or piped input is first copied to a temporary file. */
async function bytesOf(input: TraceInput, source: Source): Promise<Bytes> {
  if (input.file !== undefined && source.compression === 'none') return new FileBytes(input.file);
  const copy = new TemporaryFile();
  const chunk = Buffer.alloc(1 << 18);
  for (let n = await source.read(chunk); n > 0; n = await source.read(chunk)) copy.write(chunk.subarray(0, n));
  return copy.bytes();
}

class RecordingFeed implements Feed {
  readonly #recording: Recording;
  readonly #options: FeedOptions;
  readonly #event = new RecordedEvent();
  readonly #batch = new RecordBatch();
  readonly #line: LineOf | undefined;
  readonly #filter: LineFilter | undefined;

  constructor(recording: Recording, options: FeedOptions) {
    this.#recording = recording;
    this.#options = options;
    const { filter, sink } = options;
    this.#filter = isFilter(filter) ? new LineFilter(filter, recording.head) : undefined;
    this.#line = this.#filter === undefined && sink === undefined ? undefined : new LineOf(recording);
  }

  async advance(): Promise<boolean> {
    const recording = this.#recording;
    const { stats, onProgress, prompt } = this.#options;
    const more = await recording.fill();
    while (recording.next(this.#event)) {
      this.#take(this.#event);
      if (this.#batch.full) this.flush();
    }
    if (!more || prompt === true) this.flush();
    stats.lines = this.#event.index;
    stats.bytes = recording.position;
    stats.kinds[LineKind.Bad] = recording.badCount;
    stats.bad.length = 0;
    for (const { index, reason } of recording.bad) stats.bad.push({ line: index, reason, text: '' });
    if (!more) stats.damage = recording.damage;
    await onProgress?.(recording.position);
    return more;
  }

  flush(): void {
    if (this.#batch.length > 0) this.#options.onBatch(this.#batch);
    this.#batch.clear();
  }

  #take(event: RecordedEvent): void {
    const { stats, vocabulary, sink } = this.#options;
    if (event.lost !== 0) {
      this.#lost(event);
      return;
    }
    stats.kinds[LineKind.Event]++;
    if (!Number.isNaN(event.ts)) {
      stats.lastTs = event.ts;
      if (Number.isNaN(stats.firstTs)) stats.firstTs = event.ts;
    }
    const line = this.#line?.fill(event, sink !== undefined);
    if (line !== undefined && this.#filter?.keeps(line) === false) {
      stats.filtered++;
      return;
    }
    const type = vocabulary.recorded(event, this.#batch);
    if (line !== undefined) sink?.event(line, type, event.place, event.index);
  }

  #lost({ cpu, index, lost, place, ts }: RecordedEvent): void {
    const { stats } = this.#options;
    stats.kinds[LineKind.Lost]++;
    stats.addLost({ cpu, n: lost, line: index, ts: Number.isNaN(ts) ? stats.lastTs : ts });
    const { rows } = this.#batch;
    const o = this.#batch.length * STRIDE;
    rows.fill(Number.NaN, o, o + STRIDE);
    rows[o] = Kind.lost;
    rows[o + Slot.CPU] = cpu;
    rows[o + Slot.PID] = -1;
    rows[o + Slot.TS] = Number.isNaN(ts) ? stats.lastTs : ts;
    rows[o + Slot.OFFSET] = place;
    rows[o + Slot.LINE] = index;
    rows[o + Slot.N] = lost;
    this.#batch.length++;
  }
}

/** An event as a line of text, for consumers of lines: a filter, the tables of a store. */
class LineOf {
  readonly #recording: Recording;
  readonly #line = new TraceLine();
  #buf = Buffer.alloc(4096);

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** @param whole include the arguments */
  fill(event: RecordedEvent, whole: boolean): TraceLine {
    const line = this.#line;
    const { comm, type } = event;
    const args = whole ? this.#recording.argumentsText(event) : '';
    const most = 4 * (comm.length + type.system.length + type.name.length + args.length) + 4;
    if (most > this.#buf.length) this.#buf = Buffer.alloc(2 * most);
    line.kind = LineKind.Event;
    line.buf = this.#buf;
    line.ts = event.ts;
    line.cpu = event.cpu;
    line.pid = event.pid;
    line.tgid = event.tgid;
    line.commStart = 0;
    line.commEnd = this.#put(comm, 0);
    line.systemStart = line.commEnd + 1;
    line.systemEnd = this.#put(type.system, line.systemStart);
    line.nameStart = line.systemEnd + 1;
    line.nameEnd = this.#put(type.name, line.nameStart);
    line.argsStart = line.nameEnd + 1;
    line.argsEnd = this.#put(args, line.argsStart);
    return line;
  }

  #put(text: string, at: number): number {
    return at + this.#buf.write(text, at);
  }
}
