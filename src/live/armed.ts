// Why: without a source, a watch runs the capture script (src/capture/script/), which enables its probes in an instance
// of its own, prints the events, and removes everything when it is told to, or when the watch is gone.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { NOT_KEPT } from '../contract/report.ts';
import { type LiveBytes, LiveSource, StreamBytes } from './live-source.ts';

/** Instances of the script, as named in its header. */
export interface Instances {
  instance?: string | undefined;
  ring?: string | undefined;
}

/** This machine, with probes enabled for the watch. */
export class Armed {
  readonly source: LiveSource;
  /** resolves when everything was removed: exit code of the script */
  readonly over: Promise<number>;

  /**
   * @param script path of a capture script
   * @param words its arguments
   */
  constructor(script: string, words: readonly string[]) {
    const child = spawn('/bin/sh', [script, '--follow', ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Ctrl-C is for the watch, which stops the script
      detached: true,
    });
    this.source = new LiveSource(NOT_KEPT, new ScriptBytes(child));
    this.over = new Promise((resolve) => {
      child.on('error', () => resolve(127));
      child.on('close', (code, signal) => {
        if (signal !== null) takeAway(script, child.pid);
        resolve(code ?? 1);
      });
    });
  }

  /** The header lines of the script. In a trace from elsewhere such lines are not trusted. */
  async instances(): Promise<Instances> {
    const wanted = /^# pindrift-ring: .*\n/m;
    const head = Buffer.from(await this.source.headWith(wanted)).toString('latin1');
    const said = (key: string) => new RegExp(`^# pindrift-${key}: (/\\S+)$`, 'm').exec(head)?.[1];
    return { instance: said('instance'), ring: said('ring') };
  }
}

/** The script was killed and could not clean up: remove its reader, then its probes. */
function takeAway(script: string, group: number | undefined): void {
  try {
    if (group !== undefined) process.kill(-group, 'SIGKILL');
  } catch {
    // no process is left
  }
  spawnSync('/bin/sh', [script, '--cleanup'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

class ScriptBytes implements LiveBytes {
  readonly #child: ChildProcess;
  readonly #bytes: StreamBytes;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#bytes = new StreamBytes(child.stdout as Readable);
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#bytes.next();
  }

  /** The script removes the probes, which takes some time. */
  stop(): void {
    this.#child.kill('SIGTERM');
    this.#bytes.stop();
  }
}
