// Why: runs a watch on a machine: writes its output, runs reactions, writes metrics, and handles signals.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Setup } from '../config/assemble.ts';
import { settle, today } from '../config/settle.ts';
import { type Finding, SEVERITY_RANK, type Severity } from '../contract/finding.ts';
import { type CheckReport, INSUFFICIENT_EVIDENCE } from '../contract/report.ts';
import type { TraceFormat } from '../parsers/formats/head.ts';
import { loadReporter } from '../report/index.ts';
import type { Reporter } from '../report/reporter.ts';
import { escapeControl } from '../util/escape.ts';
import { EXIT } from '../util/exit-codes.ts';
import { boundYoungHeap, tuneForReading } from '../util/v8.ts';
import type { WatchEvent } from './events.ts';
import { loadOf, missedIn } from './instance.ts';
import type { LiveSource } from './live-source.ts';
import { metricsText, writeMetrics } from './metrics.ts';
import { checkReach, type Reach, type Reaction, react } from './reactions.ts';
import { Retreat, type RetreatOptions } from './retreat.ts';
import { eventJson, eventText, SCHEMA, type Screen } from './say.ts';
import { Watch } from './watch.ts';

export interface LiveOptions {
  format?: TraceFormat | undefined;
  kernel?: string | undefined;
  report: 'text' | 'ndjson';
  reactions: readonly Reaction[];
  reactOn: Severity;
  instance?: string | undefined;
  ring?: string | undefined;
  historyBytes?: number | undefined;
  maxSame: number;
  maxRate?: number | undefined;
  metrics?: string | undefined;
  status?: number | undefined;
  /** if the probes are our own: when to disable some of them */
  retreat?: Omit<RetreatOptions, 'instances'> | undefined;
  quiet?: boolean;
  /** ms after a signal in which reactions begin */
  patience?: number | undefined;
  screen: Screen;
  version: string;
  /** release and machine of this host, for the metrics */
  host: string;
  setup: Setup;
  /** reload the config */
  again(): Promise<Setup>;
}

export interface WatchEnd {
  by: 'input' | 'signal' | 'reaction';
  exitCode(failOn: Severity | 'never'): number;
}

const METRICS_MS = 15_000;
const YOUNG_MS = 50;
/** Of the young generation: half of what a check has, which costs a watch nothing measurable. */
const YOUNG_BYTES = 8 << 20;
const LOAD_MS = 1000;
const MOST_REACTED = 1000;
/** After a signal; systemd kills what has not ended after 90 s. */
const PATIENCE_MS = 20_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

export class LiveWatch {
  readonly #options: LiveOptions;
  readonly #story: Reporter;
  readonly #reach: Reach;
  #watch: Watch | undefined;
  #setup: Setup;
  #ended: WatchEnd['by'] = 'input';
  #end: (WatchEvent & { type: 'end' }) | undefined;
  #isStopped = false;
  /** time until which reactions begin */
  #patient = Number.POSITIVE_INFINITY;
  readonly #retreat: Retreat | undefined;
  /** findings with reactions, by number, and how often */
  readonly #reacted = new Map<number, { harm: string; turn: number }>();
  /** reactions in progress, one after the other */
  #doing: Promise<void> = Promise.resolve();

  private constructor(source: LiveSource, options: LiveOptions, story: Reporter) {
    this.#options = options;
    this.#story = story;
    this.#setup = options.setup;
    const instances = [options.instance, options.ring].filter((folder) => folder !== undefined);
    if (options.retreat !== undefined && options.instance !== undefined)
      this.#retreat = new Retreat({ ...options.retreat, instances });
    this.#reach = {
      instance: options.instance ?? instanceOf(source.path),
      ring: options.ring,
      since: new Date().toISOString().replaceAll(':', ''),
      recent: () => this.#watch?.recent() ?? [],
      head: () => this.#headOfSaved(),
      exit: () => this.#stop('reaction'),
      say: (what, finding, problem, detail) => {
        if (what === 'stop' && problem === undefined) this.#isStopped = true;
        this.#say({ type: 'reaction', what, finding, done: problem === undefined, detail: problem ?? detail });
      },
    };
  }

  /** @throws InputError if it is not a trace, or something required is not available */
  static async open(source: LiveSource, options: LiveOptions): Promise<LiveWatch> {
    const live = new LiveWatch(source, options, await loadReporter('story'));
    checkReach(options.reactions, live.#reach);
    if (options.report === 'ndjson')
      live.#write(`{"type":"watch","schema":"${SCHEMA}","version":"${options.version}"}\n`);
    const early = live.#onSignals(() => source.close());
    const { format, historyBytes, kernel, maxRate, maxSame: perFingerprint, setup } = options;
    live.#watch = await Watch.open(
      source,
      {
        format,
        kernel,
        historyBytes,
        rules: setup.rules,
        running: setup.running,
        limits: { perFingerprint, maxRate },
        settle: (finding) => live.#settle(finding),
        beforeEnd: () => live.#doing,
      },
      (event) => live.#hear(event),
    ).finally(early);
    return live;
  }

  async run(): Promise<WatchEnd> {
    const watch = this.#watch as Watch;
    tuneForReading();
    const { status } = this.#options;
    const timers = [setInterval(() => this.#metrics(), METRICS_MS)];
    if (status !== undefined) timers.push(setInterval(() => watch.sayStatus(), status * 1000));
    const done = this.#onSignals(() => this.#stop('signal'));
    const hup = (): void => void this.#reload();
    process.on('SIGHUP', hup);
    timers.push(
      setInterval(() => boundYoungHeap(YOUNG_BYTES), YOUNG_MS),
      setInterval(() => this.#lookAtLoad(watch), LOAD_MS),
    );
    this.#metrics();
    try {
      await watch.run();
    } finally {
      for (const timer of timers) clearInterval(timer);
      done();
      process.off('SIGHUP', hup);
      this.#metrics();
    }
    return { by: this.#ended, exitCode: (failOn) => this.#exitCode(failOn) };
  }

  /** The ring contains only events: the list of enabled probes is in the followed trace. */
  #headOfSaved(): string[] {
    const own = this.#watch?.captureHead() ?? [];
    const { kernel } = this.#options;
    if (own.length > 0) return this.#reach.ring === undefined ? [] : own;
    return kernel === undefined ? [] : [`# pindrift-release: ${escapeControl(kernel)}`];
  }

  /** Overload: only the events required by the rules stay enabled, and this is reported. */
  #lookAtLoad(watch: Watch): void {
    const why = this.#retreat?.look();
    if (why === undefined || this.#retreat === undefined) return;
    try {
      const narrowed = this.#retreat.act();
      watch.narrow(narrowed);
      const detail = `${why}: ${narrowed.events.length} events are disabled`;
      this.#say({ type: 'reaction', what: 'retreat', done: true, detail });
    } catch (error) {
      this.#say({ type: 'reaction', what: 'retreat', done: false, detail: (error as Error).message });
    }
  }

  #stop(by: WatchEnd['by']): void {
    this.#ended = by;
    if (by === 'signal') this.#patient = performance.now() + (this.#options.patience ?? PATIENCE_MS);
    // the source must exist until everything is saved
    void this.#doing.then(() => this.#watch?.stop());
  }

  /** The first signal asks for an orderly end; the second has the default action. */
  #onSignals(act: () => void): () => void {
    for (const signal of SIGNALS) process.once(signal, act);
    return () => {
      for (const signal of SIGNALS) process.off(signal, act);
    };
  }

  async #reload(): Promise<void> {
    try {
      this.#setup = await this.#options.again();
      const later = this.#startsLater();
      const others = later.length === 0 ? '' : `; only a restart turns these rules on or off: ${later.join(', ')}`;
      this.#log(`the config was reloaded: its severities and suppressions apply to findings from now on${others}`);
    } catch (error) {
      this.#log(`the config could not be reloaded, the old one stays in use: ${(error as Error).message}`);
    }
  }

  /** Rules that the new config turns on or off: those that run have the state of the whole trace. */
  #startsLater(): string[] {
    const [running, wanted] = [this.#options.setup, this.#setup].map(({ rules }) => rules.map(({ meta }) => meta.id));
    return [...running.filter((id) => !wanted.includes(id)), ...wanted.filter((id) => !running.includes(id))];
  }

  #settle(finding: Finding): Finding | undefined {
    const { severity, suppress } = this.#setup;
    if (severity.size === 0 && suppress.length === 0) return finding;
    const report: CheckReport = { schema: '', verdict: 'clean', traces: [], rules: [], findings: [finding] };
    return settle(report, this.#setup, today()).report.findings.at(0);
  }

  #hear(event: WatchEvent): void {
    this.#say(event);
    if (event.type === 'end') this.#end = event;
    if (event.type !== 'finding' && event.type !== 'update') return;
    const { finding } = event;
    if (SEVERITY_RANK[finding.severity] < SEVERITY_RANK[this.#options.reactOn]) return;
    const { reactions } = this.#options;
    const before = this.#reacted.get(finding.n);
    this.#remember(finding);
    if (before === undefined) this.#react(reactions, finding, 1);
    // harm was observed: the history should include what led to it
    else if (before.harm !== finding.harm.join() && !reactions.some((one) => one.do === 'snapshot'))
      this.#react(
        reactions.filter((one) => one.do === 'save'),
        finding,
        before.turn + 1,
      );
  }

  #react(reactions: readonly Reaction[], finding: Finding, turn: number): void {
    this.#doing = this.#doing.then(() => {
      if (performance.now() <= this.#patient) return react(reactions, finding, this.#reach, turn);
      for (const { do: what } of reactions) this.#reach.say(what, finding.n, 'the watch ends');
      return undefined;
    });
  }

  /** Findings with reactions, the newest of them. */
  #remember({ harm: seen, n }: Finding): void {
    const harm = seen.join();
    const before = this.#reacted.get(n);
    const turn = before === undefined ? 1 : before.turn + (before.harm === harm ? 0 : 1);
    this.#reacted.set(n, { harm, turn });
    if (this.#reacted.size <= MOST_REACTED) return;
    const [oldest] = this.#reacted.keys();
    this.#reacted.delete(oldest);
  }

  #say(event: WatchEvent): void {
    if (this.#options.quiet === true) return;
    if (this.#options.report === 'ndjson') this.#write(eventJson(event));
    else if (this.#watch !== undefined)
      this.#write(eventText(event, this.#watch.trace(), this.#story, this.#options.screen));
  }

  #write(text: string): void {
    if (this.#options.quiet !== true) process.stdout.write(text);
  }

  #log(text: string): void {
    // sd-daemon(3): the journal reads the priority
    const priority = process.env.JOURNAL_STREAM === undefined ? '' : '<5>';
    process.stderr.write(`${priority}pindrift: ${escapeControl(text)}\n`);
  }

  #metrics(): void {
    const { host, metrics, version } = this.#options;
    const watch = this.#watch;
    if (metrics === undefined || watch === undefined) return;
    try {
      const { armed, found, losses } = watch;
      const { instance } = this.#reach;
      const text = metricsText({
        status: watch.status(),
        foundByRule: found,
        lostByCpu: losses.byCpu,
        version,
        kernel: host,
        stopped: this.#isStopped,
        retreats: this.#retreat?.count ?? 0,
        armed,
        missed: instance === undefined ? undefined : missedIn(instance),
        load: instance === undefined ? undefined : loadOf(instance),
      });
      writeMetrics(metrics, text);
    } catch (error) {
      this.#log(`metrics: ${(error as Error).message}`);
    }
  }

  #exitCode(failOn: Severity | 'never'): number {
    if (failOn === 'never') return EXIT.clean;
    const { worst } = this.#watch as Watch;
    if (worst !== undefined && SEVERITY_RANK[worst] >= SEVERITY_RANK[failOn]) return EXIT.findings;
    const isDecided = this.#end?.missing.some(({ rule }) => rule === INSUFFICIENT_EVIDENCE) === false;
    return isDecided && this.#end?.verdict !== 'could-not-be-checked' ? EXIT.clean : EXIT.undecided;
  }
}

/** `/sys/kernel/tracing/instances/mm/trace_pipe` is in the directory of its instance. */
function instanceOf(path: string): string | undefined {
  const folder = dirname(path);
  return /trace_pipe$/.test(path) && existsSync(join(folder, 'tracing_on')) ? folder : undefined;
}
