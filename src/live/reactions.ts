// Why: on a finding, the machine may still have its history. Reactions are named and can be combined, like the kernel's
// own reactors (rv/available_reactors). None of them ends the watch, except `exit`.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../contract/finding.ts';
import { findingJson } from '../report/shared/serialize.ts';
import { InputError } from '../util/errors.ts';

export type Reaction =
  | { do: 'stop' }
  | { do: 'snapshot' }
  | { do: 'save'; folder: string }
  | { do: 'exec'; command: string }
  | { do: 'exit' };

/** The objects that reactions act on. */
export interface Reach {
  /** directory of the followed trace instance */
  instance?: string | undefined;
  /** directory of an overwriting instance with the same events that nobody reads */
  ring?: string | undefined;
  /** the newest text that was followed */
  recent(): Iterable<Uint8Array>;
  /** header lines for saved captures, in addition to those of `recent` */
  head(): readonly string[];
  /** end the watch */
  exit(): void;
  /** result of a reaction, for the log */
  say(what: string, finding: number, problem?: string, detail?: string): void;
}

/**
 * @param text `stop`, `snapshot`, `save=DIR`, `exec=COMMAND`, `exit`
 * @throws InputError
 */
export function reactionOf(text: string): Reaction {
  const [name, value] = [text.replace(/[= ].*$/s, ''), /[= ](.*)$/s.exec(text)?.[1] ?? ''];
  switch (name) {
    case 'stop':
    case 'snapshot':
    case 'exit':
      if (value === '') return { do: name };
      break;
    case 'save':
      if (value !== '') return { do: 'save', folder: value };
      break;
    case 'exec':
      if (value !== '') return { do: 'exec', command: value };
      break;
    default:
      break;
  }
  throw new InputError(`--react ${text}: no such reaction`, {
    tryThis: '--react stop, snapshot, save=DIR, exec=COMMAND or exit',
  });
}

/** @throws InputError if a requested reaction is impossible */
export function checkReach(reactions: readonly Reaction[], reach: Pick<Reach, 'instance' | 'ring'>): void {
  for (const reaction of reactions) {
    if ((reaction.do === 'stop' || reaction.do === 'snapshot') && reach.instance === undefined) {
      throw new InputError(`--react ${reaction.do} needs a trace instance to follow`, {
        tryThis: 'follow its trace_pipe, or name it: --instance /sys/kernel/tracing/instances/NAME',
      });
    }
    if (reaction.do === 'save') {
      try {
        fs.mkdirSync(reaction.folder, { recursive: true });
        fs.accessSync(reaction.folder, fs.constants.W_OK);
      } catch (error) {
        throw new InputError(`--react save: ${(error as Error).message}`, {
          where: reaction.folder,
          tryThis: '--react save with a directory that can be written',
        });
      }
    }
  }
}

/**
 * Run the reactions to one finding, one after the other. Failures are reported, and the others still run: a snapshot
 * empties the ring that is saved before.
 * @param turn 1, or more after an update of a finding
 */
export async function react(
  reactions: readonly Reaction[],
  finding: Finding,
  reach: Reach,
  turn: number,
): Promise<void> {
  for (const reaction of reactions) {
    try {
      const detail = await reactOnce(reaction, finding, reach, turn);
      reach.say(reaction.do, finding.n, undefined, detail);
    } catch (error) {
      reach.say(reaction.do, finding.n, (error as Error).message);
    }
  }
}

async function reactOnce(
  reaction: Reaction,
  finding: Finding,
  reach: Reach,
  turn: number,
): Promise<string | undefined> {
  switch (reaction.do) {
    case 'stop':
      for (const folder of [reach.ring, reach.instance])
        if (folder !== undefined) fs.writeFileSync(join(folder, 'tracing_on'), '0');
      return undefined;
    case 'snapshot':
      fs.writeFileSync(join(reach.ring ?? reach.instance ?? '', 'snapshot'), '1');
      return undefined;
    case 'save':
      return save(reaction.folder, finding, reach, turn);
    case 'exec':
      exec(reaction.command, finding, reach);
      return undefined;
    case 'exit':
      reach.exit();
      return undefined;
  }
}

/** Writes the newest history as a capture that `check` reads, and the finding beside it; both complete or absent. */
async function save(folder: string, finding: Finding, reach: Reach, turn: number): Promise<string> {
  const name = `${String(finding.n).padStart(4, '0')}-${finding.rule}${turn === 1 ? '' : `-${turn}`}`;
  const path = join(folder, `${name}.trace.txt`);
  const fd = fs.openSync(`${path}.tmp`, 'w', 0o600);
  try {
    for (const line of reach.head()) fs.writeSync(fd, `${line}\n`);
    if (reach.ring === undefined) for (const bytes of reach.recent()) fs.writeSync(fd, bytes);
    else await copyRing(reach.ring, fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(`${path}.tmp`, path);
  fs.writeFileSync(join(folder, `${name}.finding.json`), `${findingJson(finding, 2)}\n`, { mode: 0o600 });
  return path;
}

/** The ring is stopped while it is copied, which takes seconds; the trace is followed meanwhile. */
async function copyRing(ring: string, to: number): Promise<void> {
  const on = join(ring, 'tracing_on');
  const before = fs.readFileSync(on, 'latin1').trim();
  fs.writeFileSync(on, '0');
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn('cat', ['--', join(ring, 'trace')], { stdio: ['ignore', to, 'ignore'] });
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`the ring could not be copied (${code})`)),
      );
    });
  } finally {
    if (fs.existsSync(on)) fs.writeFileSync(on, before);
  }
}

/** The command gets the finding on standard input, and is not waited for. */
function exec(command: string, finding: Finding, reach: Reach): void {
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  child.on('error', (error) => reach.say('exec', finding.n, error.message));
  child.on('exit', (code) => {
    if (code !== 0 && code !== null) reach.say('exec', finding.n, `it exited with ${code}`);
  });
  // it may not read its input
  child.stdin.on('error', () => {});
  child.stdin.end(`${findingJson(finding)}\n`);
  child.unref();
}
