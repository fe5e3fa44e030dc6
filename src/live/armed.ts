// Why: without a source, a watch makes one: the capture script (src/capture/script/) arms its probes in an instance of its
// own, prints what happens as it happens, and takes everything away when it is told to, or when we are gone.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Bytes, LiveSource, StreamBytes } from './live-source.ts';

/** Instances of the script, as its head names them. */
export interface Instances {
  instance?: string | undefined;
  ring?: string | undefined;
}

/** A machine that was armed for us. */
export class Armed {
  readonly source: LiveSource;
  /** when everything was taken away: what the script ended with */
  readonly over: Promise<number>;

  /**
   * @param script path of a capture script
   * @param words what it is called with
   */
  constructor(script: string, words: readonly string[]) {
    const child = spawn('/bin/sh', [script, '--follow', ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Ctrl-C is for us; we tell it
      detached: true,
    });
    this.source = new LiveSource('this machine', new ScriptBytes(child));
    this.over = new Promise((resolve) => {
      child.on('error', () => resolve(127));
      child.on('close', (code, signal) => {
        if (signal !== null) takeAway(script, child.pid);
        resolve(code ?? 1);
      });
    });
  }

  /** What the script says of itself. Of a trace from elsewhere nobody may believe such lines. */
  async instances(): Promise<Instances> {
    const wanted = /^# pindrift-ring: .*\n/m;
    const head = Buffer.from(await this.source.headWith(wanted)).toString('latin1');
    const said = (key: string) => new RegExp(`^# pindrift-${key}: (/\\S+)$`, 'm').exec(head)?.[1];
    return { instance: said('instance'), ring: said('ring') };
  }
}

/** Somebody killed the script, which could not take anything away: its reader goes, then what it armed. */
function takeAway(script: string, group: number | undefined): void {
  try {
    if (group !== undefined) process.kill(-group, 'SIGKILL');
  } catch {
    // nobody of it is left
  }
  spawnSync('/bin/sh', [script, '--cleanup'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

class ScriptBytes implements Bytes {
  readonly #child: ChildProcess;
  readonly #bytes: StreamBytes;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#bytes = new StreamBytes(child.stdout as Readable);
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#bytes.next();
  }

  /** It takes the probes away, which lasts a while. */
  stop(): void {
    this.#child.kill('SIGTERM');
    this.#bytes.stop();
  }
}
