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
  /** when the watch began, for the names of what it saves: `2026-11-30T044906.123Z` */
  since: string;
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
  const { instance, ring } = reach;
  for (const reaction of reactions) {
    if (reaction.do === 'stop') checkInstances(reaction.do, [ring, instance], 'tracing_on');
    if (reaction.do === 'snapshot') checkInstances(reaction.do, [ring ?? instance], 'snapshot');
    if (reaction.do === 'save') {
      if (ring !== undefined) checkInstances(reaction.do, [ring], 'tracing_on');
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

/** @param file that the reaction writes to in each */
function checkInstances(what: string, folders: readonly (string | undefined)[], file: string): void {
  const named = folders.filter((folder) => folder !== undefined);
  if (named.length === 0) {
    throw new InputError(`--react ${what} needs a trace instance to follow`, {
      tryThis: 'follow its trace_pipe, or name it: --instance /sys/kernel/tracing/instances/NAME',
    });
  }
  for (const folder of named) {
    try {
      fs.accessSync(join(folder, file), fs.constants.W_OK);
    } catch (error) {
      throw new InputError(`--react ${what}: ${(error as Error).message}`, {
        where: folder,
        tryThis: 'a trace instance (/sys/kernel/tracing/instances/NAME), as root',
      });
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

/**
 * Writes the newest history as a capture that `check` reads, and the finding beside it; both complete or absent. What an
 * earlier watch has saved stays: each has numbers of its own, and the time of its beginning in the names.
 */
async function save(folder: string, finding: Finding, reach: Reach, turn: number): Promise<string> {
  const number = String(finding.n).padStart(4, '0');
  const path = join(folder, `${reach.since}-${number}-${finding.rule}${turn === 1 ? '' : `-${turn}`}`);
  const files = [`${path}.trace.txt`, `${path}.finding.json`];
  const fd = fs.openSync(`${files[0]}.tmp`, 'wx', 0o600);
  try {
    try {
      for (const line of reach.head()) fs.writeFileSync(fd, `${line}\n`);
      if (reach.ring === undefined) for (const bytes of reach.recent()) fs.writeFileSync(fd, bytes);
      else await copyRing(reach.ring, fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.writeFileSync(`${files[1]}.tmp`, `${findingJson(finding, 2)}\n`, { mode: 0o600 });
    for (const file of files) fs.renameSync(`${file}.tmp`, file);
  } catch (error) {
    for (const file of files) fs.rmSync(`${file}.tmp`, { force: true });
    throw error;
  }
  return files[0];
}

/** The ring is stopped while it is copied, which takes seconds; the trace is followed meanwhile. */
async function copyRing(ring: string, to: number): Promise<void> {
  const on = join(ring, 'tracing_on');
  const before = fs.readFileSync(on, 'latin1').trim();
  fs.writeFileSync(on, '0');
  try {
    await new Promise<void>((resolve, reject) => {
      // Ctrl-C is for the watch, which ends when this is complete
      const child = spawn('cat', ['--', join(ring, 'trace')], { stdio: ['ignore', to, 'pipe'], detached: true });
      let problem = '';
      child.stderr?.on('data', (text) => {
        problem += text;
      });
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`the ring could not be copied: ${problem.trim() || code}`)),
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
