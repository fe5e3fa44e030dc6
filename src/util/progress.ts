// Why: reading a gigabyte of trace takes seconds. Shows one line on stderr, only on a terminal and only after a second,
// and removes it at the end.
import { escapeControl } from './escape.ts';
import { terminal } from './terminal.ts';

export interface ProgressStream {
  columns?: number | undefined;
  write(text: string): unknown;
}

const SHOWN_AFTER_MS = 1000;
const REDRAWN_EVERY_MS = 100;
const BAR = 20;
const CLEAR = '\r\u001b[K';

/** A task with its number of bytes done. */
export class Progress {
  readonly #find: () => ProgressStream | undefined;
  /** undefined: draw nothing; null: not asked for yet */
  #stream: ProgressStream | undefined | null = null;
  readonly #now: () => number;
  readonly #started: number;
  #label = '';
  /** start time and position of the current label */
  #from = { at: 0, position: 0 };
  #drawnAt = Number.NEGATIVE_INFINITY;

  /** @param find called when there is something to draw: most traces are read sooner. undefined: draw nothing */
  constructor(find: () => ProgressStream | undefined, now: () => number = () => process.uptime() * 1000) {
    this.#find = find;
    this.#now = now;
    this.#started = now();
  }

  /** On stderr, if it is a terminal. */
  static onStderr(quiet: boolean | undefined): Progress {
    return new Progress(() => (!quiet && terminal(process.stderr, undefined).live ? process.stderr : undefined));
  }

  /** @param size undefined if unknown: a pipe */
  update(label: string, position: number, size: number | undefined): void {
    const now = this.#now();
    if (label !== this.#label) {
      this.#label = label;
      this.#from = { at: now, position };
    }
    if (now - this.#started < SHOWN_AFTER_MS || now - this.#drawnAt < REDRAWN_EVERY_MS) return;
    this.#drawnAt = now;
    if (this.#stream === null) this.#stream = this.#find();
    if (this.#stream === undefined) return;
    const rate = (position - this.#from.position) / Math.max(0.001, (now - this.#from.at) / 1000);
    const facts = factsOf(position, size, rate);
    const room = (this.#stream.columns ?? 80) - facts.length - 3;
    this.#stream.write(`${CLEAR}${facts}  ${tail(escapeControl(label), room)}`);
  }

  /** Erase the line; the next update draws it again. */
  clear(): void {
    if (this.#drawnAt === Number.NEGATIVE_INFINITY) return;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
    this.#stream?.write(CLEAR);
  }
}

/** `[########            ]  41%  130 MB/s  2 s left`, or less without a size. */
function factsOf(position: number, size: number | undefined, rate: number): string {
  const speed = `${bytes(rate)}/s`;
  if (size === undefined || size <= 0) return `${bytes(position)}  ${speed}`;
  const part = Math.min(1, position / size);
  const done = Math.floor(part * BAR);
  const left = rate > 0 ? `  ${seconds((size - position) / rate)} left` : '';
  return `[${'#'.repeat(done)}${' '.repeat(BAR - done)}] ${String(Math.floor(part * 100)).padStart(3)}%  ${speed}${left}`;
}

/** The end of a path is more informative than its beginning. */
function tail(text: string, room: number): string {
  if (room <= 1) return '';
  return text.length <= room ? text : `…${text.slice(text.length - room + 1)}`;
}

function bytes(n: number): string {
  if (n < 1e6) return `${Math.round(n / 1e3)} kB`;
  return n < 1e9 ? `${Math.round(n / 1e6)} MB` : `${(n / 1e9).toFixed(1)} GB`;
}

function seconds(s: number): string {
  const whole = Math.max(0, Math.ceil(s));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
