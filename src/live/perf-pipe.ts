// Why: `perf record -o -` writes records of all CPUs in rounds, which have to be sorted first, and our reader of
// perf.data needs random access. perf itself sorts while records arrive, so a watch follows the text that `perf script`
// makes of the pipe. Where there is a pipe of perf, perf is installed. What only the records say is read as they pass.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { PipeRecords } from '../recordings/perf/pipe.ts';
import type { RecordingFacts } from '../recordings/perf/scope.ts';
import { InputError } from '../util/errors.ts';
import { type LiveBytes, LiveSource, StreamBytes } from './live-source.ts';

/** One line at a time, as on a terminal, including perf's losses. */
const PERF_SCRIPT: readonly string[] = ['stdbuf', '-oL', 'perf', 'script', '-i', '-', '--show-lost-events'];
/** perf_pipe_file_header: PERFILE2 and the size of this header, in either byte order. */
const PIPE_HEADER = 16;
const CHUNK = 1 << 16;

/** The text of a recording in progress. */
export interface PipeText {
  source: LiveSource;
  /** what its records say about the whole recording; complete when the first line of the text is there */
  facts(): RecordingFacts;
}

/**
 * Read a recording in progress as text.
 * @param head first bytes of `source`, which are those of a recording
 * @param command converts it to text, from standard input to standard output
 * @throws InputError if it is a recording that no program reads during recording
 */
export function textOfPipe(source: LiveSource, head: Uint8Array, command = PERF_SCRIPT): PipeText {
  const magic = Buffer.from(head.subarray(0, 8)).toString('latin1');
  const isPipe =
    (magic === 'PERFILE2' && head[8] === PIPE_HEADER) || (magic === '2ELIFREP' && head[15] === PIPE_HEADER);
  if (!isPipe) {
    const isPerf = magic === 'PERFILE2' || magic === '2ELIFREP';
    throw new InputError('a recording in a file cannot be followed, only read when it is complete', {
      where: source.path,
      tryThis: isPerf ? 'perf record -o - ... | pindrift watch -' : 'trace-cmd stream ... | pindrift watch -',
    });
  }
  const records = new PipeRecords(head);
  return {
    source: new LiveSource(source.path, new ThroughBytes(source, command, records)),
    facts: () => records.facts,
  };
}

class ThroughBytes implements LiveBytes {
  damage: string | undefined;
  readonly #from: LiveSource;
  readonly #child: ChildProcess;
  readonly #bytes: StreamBytes;
  readonly #records: PipeRecords;
  readonly #ended: Promise<string | undefined>;
  #said = '';

  constructor(from: LiveSource, [program, ...args]: readonly string[], records: PipeRecords) {
    this.#from = from;
    this.#records = records;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.on('data', (text) => {
      this.#said = String(text).trim().slice(-200);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.on('close', (code) => resolve(code === 0 ? undefined : `ended with ${code}: ${this.#said}`));
    });
    this.#bytes = new StreamBytes(this.#child.stdout as Readable);
    // a program that stops reading reports why at its end
    this.#feed(this.#child.stdin as Writable).catch(() => undefined);
  }

  async next(): Promise<Uint8Array | undefined> {
    const more = await this.#bytes.next();
    if (more === undefined) {
      const why = await this.#ended;
      this.damage = why === undefined ? this.#records.damage : `perf script, which reads it: ${why}`;
    }
    return more;
  }

  stop(): void {
    this.#from.close();
    this.#bytes.stop();
    this.#child.kill();
  }

  async #feed(to: Writable): Promise<void> {
    to.on('error', () => undefined);
    while (to.writable) {
      const piece = new Uint8Array(CHUNK);
      const n = await this.#from.read(piece);
      if (n === 0) break;
      this.#records.take(piece.subarray(0, n));
      if (!to.write(piece.subarray(0, n)) && to.writable) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    to.end();
  }
}
