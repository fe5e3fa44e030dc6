// Why: follows a trace as it is written, for days. It is read and replayed like any other (engine/reading/); findings
// are reported as soon as they are known, and again when more is known. At the end of a trace the same findings as by
// `check` have been reported.

import { type Finding, SEVERITY_RANK } from '../contract/finding.ts';
import type { TraceInfo } from '../contract/report.ts';
import { type About, aboutOf, Collector, type Tale } from '../engine/findings/collect.ts';
import { decide, outcomesOf, verdictOf } from '../engine/outcome.ts';
import { kindsOf } from '../engine/reading/armed.ts';
import type { EvidenceLine } from '../engine/reading/evidence.ts';
import { Reading } from '../engine/reading/reading.ts';
import { putLoss } from '../engine/reading/record-reader.ts';
import type { RuleOptions } from '../engine/running/run-rules.ts';
import { replay } from '../model/replay.ts';
import type { TraceFormat } from '../parsers/formats/head.ts';
import { LineKind } from '../parsers/formats/line.ts';
import { isRecording } from '../recordings/index.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import { Kind } from '../vocabulary/kinds.ts';
import { RecordBatch } from '../vocabulary/record.ts';
import type { WatchEvent, WatchStatus } from './events.ts';
import { HoldBack } from './hold-back.ts';
import { KeptLines } from './kept-lines.ts';
import { type LimitOptions, Limits } from './limits.ts';
import type { LiveSource } from './live-source.ts';
import { Losses } from './losses.ts';
import { Narrowing } from './narrowing.ts';
import { textOfPipe } from './perf-pipe.ts';
import type { Narrowed } from './retreat.ts';
import { followed } from './tapped-source.ts';
import { type ToldFinding, ToldFindings } from './told.ts';

export interface WatchOptions {
  format?: TraceFormat | undefined;
  kernel?: string | undefined;
  rules?: readonly Rule[] | undefined;
  running?: RuleOptions | undefined;
  limits?: LimitOptions | undefined;
  /** delay in ms to restore the order of records */
  holdBackMs?: number | undefined;
  /** bytes of the newest text that are kept */
  historyBytes?: number | undefined;
  /** applies the user's config to a finding; undefined: suppressed */
  settle?: ((finding: Finding) => Finding | undefined) | undefined;
  /** called when everything but the end has been reported */
  beforeEnd?: (() => Promise<void>) | undefined;
}

/** A CPU that its hypervisor stops while it writes an event goes on within a period of its quota, mostly 100 ms. */
const HOLD_BACK_MS = 100;
/**
 * `trace-cmd stream` has a recorder for each CPU and prints the oldest record that has arrived (trace_stream_read()): those
 * of a CPU whose recorder is slow follow all others. Up to 1.9 s were seen, at its start.
 */
const STREAM_HOLD_BACK_MS = 3000;
const HISTORY_BYTES = 4 << 20;
/** Interval for checks while nothing arrives. */
const TICK_MS = 20;
const TIDY_MS = 500;
/** Number of loss places that are remembered; those before the oldest pin do not matter. */
const MOST_GAPS = 4096;

export class Watch {
  readonly #source: LiveSource;
  readonly #reading: Reading;
  readonly #collector: Collector;
  readonly #lines: KeptLines;
  readonly #hold: HoldBack;
  readonly #limits: Limits;
  readonly #rules: readonly Rule[];
  readonly #tell: (event: WatchEvent) => void;
  readonly #told = new ToldFindings();
  /** findings by rule, reported in full or counted */
  readonly found = new Map<string, number>();
  readonly losses = new Losses();
  settle: WatchOptions['settle'];
  readonly #beforeEnd: WatchOptions['beforeEnd'];
  #findings = 0;
  #numbers = 0;
  #suppressed = 0;
  readonly #holdBackMs: number;
  #arrivedAt = 0;
  #tidyAt = 0;
  #stopped = false;
  #narrowing: Narrowing | undefined;
  /** events that are disabled since the watch began */
  readonly #off: string[] = [];
  #worst: Finding['severity'] | undefined;

  private constructor(
    source: LiveSource,
    reading: Reading,
    lines: KeptLines,
    options: WatchOptions,
    tell: (event: WatchEvent) => void,
  ) {
    this.#source = source;
    this.#reading = reading;
    this.#lines = lines;
    this.#tell = tell;
    this.#rules = options.rules ?? BUILT_IN;
    this.#limits = new Limits(options.limits ?? { perFingerprint: Number.POSITIVE_INFINITY });
    this.settle = options.settle;
    this.#beforeEnd = options.beforeEnd;
    const { model } = reading;
    this.#collector = new Collector(model, this.#rules, options.running);
    this.#collector.follow();
    const usual = reading.head.format === 'trace-cmd' ? STREAM_HOLD_BACK_MS : HOLD_BACK_MS;
    this.#holdBackMs = options.holdBackMs ?? usual;
    reading.stats.order.restored(this.#holdBackMs * 1e6);
    this.#hold = new HoldBack(this.#holdBackMs * 1e6, (batch) => {
      if (this.#narrowing === undefined) replay(model, batch);
      else this.#narrowing.pass(batch, (part) => replay(model, part));
    });
    model.noted = (at) => lines.note(at);
    model.on('release', ({ pin }) => {
      for (const { tale } of this.#told.of(pin))
        if (tale.group.drift !== undefined) this.#collector.touch(tale.group.drift);
    });
    model.on('lost', ({ cpu, n, at }) => this.losses.add(cpu, n, at.line));
  }

  /**
   * Wait for the first lines, and start.
   * @throws InputError if they are not a trace
   */
  static async open(from: LiveSource, options: WatchOptions, tell: (event: WatchEvent) => void): Promise<Watch> {
    const lines = new KeptLines(options.historyBytes ?? HISTORY_BYTES);
    const head = await from.head();
    const pipe = isRecording(head) ? textOfPipe(from, head) : undefined;
    const source = pipe?.source ?? from;
    await source.head();
    const text = await followed(source, (bytes, offset) => lines.add(bytes, offset));
    const input = { path: source.path, open: async () => text };
    const { format, kernel, rules } = options;
    const reading = await Reading.open(input, { format, kernel, rules, known: pipe?.facts() });
    lines.know(reading.head);
    return new Watch(source, reading, lines, options, tell);
  }

  /** Follow the trace to its end, or until {@link stop}. */
  async run(): Promise<void> {
    const reading = this.#reading;
    reading.start({
      wantedOnly: true,
      prompt: true,
      onBatch: (batch) => {
        this.#arrivedAt = performance.now();
        this.#hold.take(batch);
      },
    });
    const tick = setInterval(() => this.#idle(), TICK_MS);
    try {
      while (!this.#stopped && (await reading.advance())) this.#look();
    } finally {
      clearInterval(tick);
    }
    await this.#finish();
  }

  /** End now: report what is known; {@link run} then returns. */
  stop(): void {
    this.#stopped = true;
    this.#source.close();
  }

  /**
   * From a time of the trace on, these events are not recorded: their absence proves nothing, and earlier conclusions from
   * them may be outdated.
   */
  narrow({ events, since }: Narrowed): void {
    const { head, model } = this.#reading;
    this.#off.push(...events);
    const armed = head.recorded?.armed ?? [];
    const stay = armed.filter(({ event }) => !events.includes(event));
    const staying = kindsOf(stay, model.catalogue);
    const gone = new Set([...kindsOf(armed, model.catalogue)].filter((kind) => !staying.has(kind)));
    const start = since === undefined ? Number.NEGATIVE_INFINITY : (since - head.timeBase) * 1e9;
    this.#narrowing = new Narrowing(start, gone, (first) => {
      if (head.recorded !== undefined) {
        head.recorded.armed = stay;
        head.recorded.refused.push(...events);
      }
      model.stopRecording(gone);
      this.#reading.believeHead();
      const { stats } = this.#reading;
      const { line, ts, offset } = first ?? { line: stats.lines, ts: stats.lastTs, offset: this.#source.position };
      const batch = new RecordBatch();
      putLoss(batch, { cpu: -1, n: Number.NaN, line, ts }, offset);
      replay(model, batch);
    });
  }

  /** Number of enabled probes; undefined: unknown. */
  get armed(): number | undefined {
    return this.#reading.head.recorded?.armed.length;
  }

  /** The newest text, as a complete trace. */
  recent(): Iterable<Uint8Array> {
    return this.#lines.recent();
  }

  /** Header lines for a capture of the same events. */
  captureHead(): string[] {
    const off = [...(this.#reading.head.recorded?.refused ?? []), ...this.#off];
    return this.#lines.captureHead().filter((line) => !off.some((event) => line.includes(`:pindrift/${event} `)));
  }

  /** What is known about the trace so far. */
  trace(): TraceInfo {
    return this.#reading.info();
  }

  get worst(): Finding['severity'] | undefined {
    return this.#worst;
  }

  status(): WatchStatus {
    const { model, stats, vocabulary } = this.#reading;
    const { oldest } = model.held;
    const held = oldest === undefined ? Number.NaN : (stats.lastTs - oldest.call.heldAt.ts) / 1e9;
    let mmEvents = 0;
    for (const [kind, n] of vocabulary.seen().entries()) if (kind !== Kind.lost) mmEvents += n;
    return {
      lines: stats.lines,
      events: stats.kinds[LineKind.Event],
      mmEvents,
      lost: this.losses.events,
      lossPlaces: this.losses.places,
      unread: stats.kinds[LineKind.Bad],
      pins: model.counts.pins,
      pinsHeld: model.held.size,
      oldestPinSeconds: this.#reading.head.timeUnit === 'ns' && held >= 0 ? held : undefined,
      findings: this.#findings,
      counted: this.#limits.counted,
      suppressed: this.#suppressed,
    };
  }

  /** Report the counts since the last time, and the status. */
  sayStatus(): void {
    for (const one of this.#limits.counts()) this.#tell({ type: 'repeat', ...one });
    this.#tell({ type: 'status', ...this.status() });
  }

  /** Nothing arrived for some time: no older records are expected. */
  #idle(): void {
    if (this.#hold.waiting > 0 && performance.now() - this.#arrivedAt >= this.#holdBackMs) this.#hold.flush();
    this.#look();
  }

  #look(over = false): void {
    this.#lines.settle();
    this.losses.say(this.#tell);
    const changed = over ? this.#collector.tales() : this.#collector.changed();
    for (const tale of changed) this.#say(tale, over);
    if (!over) this.#tidy();
  }

  #say(tale: Tale, over: boolean): void {
    const about = aboutOf(tale);
    const known = this.#told.known(about);
    const written = this.#collector.write(tale, this.#words(tale), over);
    const settled = this.settle === undefined ? written : this.settle(written);
    const finding = { ...(settled ?? written), n: known?.n ?? this.#numbers + 1 };
    const told: ToldFinding = known ?? { n: ++this.#numbers, quiet: false, json: '', tale, ts: Number.NaN };
    told.tale = tale;
    told.ts = this.#reading.stats.lastTs;
    this.#told.keep(about, told);
    for (const part of tale.group.also) this.#withdraw(part, told);
    if (known === undefined) {
      told.quiet = this.#isQuiet(settled);
      if (!told.quiet) this.#tell({ type: 'finding', finding });
    } else if (!known.quiet) {
      const json = JSON.stringify(finding);
      if (json !== known.json) this.#tell({ type: 'update', finding });
    }
    told.json = told.quiet ? '' : JSON.stringify(finding);
  }

  /** A new finding: counted, and reported unless it exceeds the limits or is suppressed. */
  #isQuiet(finding: Finding | undefined): boolean {
    if (finding === undefined) {
      this.#suppressed++;
      return true;
    }
    this.#findings++;
    this.found.set(finding.rule, (this.found.get(finding.rule) ?? 0) + 1);
    if (this.#worst === undefined || SEVERITY_RANK[finding.severity] > SEVERITY_RANK[this.#worst])
      this.#worst = finding.severity;
    return !this.#limits.take(finding);
  }

  /** A report that was a finding by itself became part of another one. */
  #withdraw(part: About, by: ToldFinding): void {
    const other = this.#told.open(part);
    if (other === undefined || other === by) return;
    this.#told.drop(part, other);
    if (!other.quiet) this.#tell({ type: 'withdrawn', n: other.n, by: by.n });
  }

  #words(tale: Tale) {
    const lines = new Map<number, EvidenceLine>();
    for (const at of Collector.places(tale)) {
      const line = this.#lines.shown(at);
      if (line !== undefined) lines.set(at.offset, line);
    }
    return this.#reading.words(lines);
  }

  /** Free what cannot change any more. */
  #tidy(): void {
    const now = performance.now();
    if (now < this.#tidyAt) return;
    this.#tidyAt = now + TIDY_MS;
    for (const tale of this.#told.settled(this.#reading.stats.lastTs)) this.#collector.forget(tale);
    const { gaps, held } = this.#reading.model;
    if (gaps.length < MOST_GAPS) return;
    const [oldest] = held;
    const needed = oldest === undefined ? gaps.length : gaps.findIndex(({ at }) => at.order > oldest.call.at.order);
    const drop = needed < 0 ? gaps.length : needed;
    gaps.splice(0, Math.max(Math.min(drop, gaps.length - 1), gaps.length - MOST_GAPS / 2));
  }

  async #finish(): Promise<void> {
    const reading = this.#reading;
    reading.flush();
    this.#hold.flush();
    this.#narrowing?.begin();
    this.#look();
    reading.finish();
    this.#look(true);
    for (const one of this.#limits.counts()) this.#tell({ type: 'repeat', ...one });
    await this.#beforeEnd?.();
    const { model } = reading;
    const trace = reading.info();
    const left = [...this.#told.all()].map(({ tale }) => this.#collector.write(tale, reading.words(), true));
    const { undecided } = this.#collector;
    const outcomes = outcomesOf(this.#rules, left, [decide(this.#rules, { info: trace, undecided, model })]);
    const verdict = this.#worst !== undefined && this.#worst !== 'note' ? 'violated' : verdictOf([], outcomes);
    const missing = outcomes
      .filter((o) => o.missing.length > 0)
      .map(({ id, missing: reasons }) => ({ rule: id, reasons }));
    this.#tell({ type: 'end', verdict, status: this.status(), trace, missing });
    this.#source.close();
  }
}
