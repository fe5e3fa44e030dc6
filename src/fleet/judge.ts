// Converts a line of the manifest to its rows: fetched if stored elsewhere, checked, retried if that may help. Errors
// of the capture are its result; errors of the machine are retried.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckReport } from '../contract/report.ts';
import { FINGERPRINT_VERSION } from '../engine/findings/fingerprint.ts';
import { remove, removeAtEnd, temporaryFolder } from '../util/temporary.ts';
import type { CaptureResult, CaptureRow, CaptureStatus, ManifestEntry } from './contract.ts';
import type { CheckAnswer, CheckPool, EndedEarly } from './pool.ts';

export interface Judging {
  pool: CheckPool;
  /** version of pindrift, and of the settings: part of the result's key */
  version: string;
  config: string;
  /** shell command that writes the content of the reference `$1` to its stdout, for paths that are references */
  fetch?: string | undefined;
  /** delay in seconds before each retry; also gives their number */
  backoff?: readonly number[] | undefined;
}

const BACKOFF = [1, 5];

/** Check a capture, with retries. Never rejects because of a capture. */
export async function judgeCapture(entry: ManifestEntry, judging: Judging): Promise<CaptureResult> {
  const backoff = judging.backoff ?? BACKOFF;
  const began = performance.now();
  let faults = 0;
  for (let tries = 0; ; tries++) {
    const answer = await once(entry, judging);
    // a crash is retried once, in a new process; a read error of the machine, a few times
    if ('ended' in answer && answer.ended === 'fault' && faults++ === 0) continue;
    if ('unreadable' in answer && tries < backoff.length) {
      await sleep((backoff[tries] ?? 0) * 1000);
      continue;
    }
    return resultOf(entry, answer, judging, Math.round(performance.now() - began));
  }
}

async function once(entry: ManifestEntry, { fetch, pool }: Judging): Promise<CheckAnswer | EndedEarly> {
  if (!/^\w[\w+.-]*:\/\//.test(entry.path)) return pool.check({ path: entry.path }, entry.bytes);
  if (fetch === undefined) return { unusable: `${entry.path}: no --fetch 'COMMAND "$1"' to get it with` };
  const folder = temporaryFolder();
  removeAtEnd(folder);
  try {
    const path = join(folder, basename(entry.path).replace(/[^\w.-]/g, '_') || 'capture');
    const problem = await fetched(fetch, entry.path, path);
    return problem === undefined ? await pool.check({ path }, entry.bytes) : { unreadable: problem };
  } finally {
    remove(folder);
  }
}

/** @returns an error message */
async function fetched(command: string, reference: string, path: string): Promise<string | undefined> {
  const child = spawn('sh', ['-c', command, 'sh', reference], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2048);
  });
  const code = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
    child.on('error', () => resolve(null));
  });
  await pipeline(child.stdout, createWriteStream(path));
  const end = await code;
  return end === 0 ? undefined : `${reference}: the fetch command ended with ${end ?? 'an error'}: ${said.trim()}`;
}

function resultOf(
  entry: ManifestEntry,
  answer: CheckAnswer | EndedEarly,
  judging: Judging,
  took: number,
): CaptureResult {
  const { config, version } = judging;
  const row = (status: CaptureStatus, reason?: string): CaptureRow => ({
    ...{ capture: entry.sha256, path: entry.path, host: entry.host, modified: entry.modified, bytes: entry.bytes },
    ...{ status, reason, findings: 0, took, version, config },
  });
  if ('ended' in answer) return { capture: row(answer.ended, answer.reason), findings: [] };
  if (answer.unusable !== undefined) return { capture: row('unusable', answer.unusable), findings: [] };
  if (answer.report === undefined) return { capture: row('unreadable', answer.unreadable), findings: [] };
  return { capture: { ...row('checked'), ...facts(answer.report) }, findings: findingsOf(entry, answer.report) };
}

function facts(report: CheckReport): Partial<CaptureRow> {
  const [trace] = report.traces;
  if (trace === undefined) return {};
  const { firstTime, lastTime, losses, timeUnit } = trace;
  const counts = losses.map(({ count }) => count);
  const undecided = report.rules.filter(({ missing }) => missing.length > 0).map(({ id, missing }) => [id, missing]);
  return {
    verdict: report.verdict,
    ...{ kernel: trace.kernel, era: trace.era, format: trace.format },
    ...{ lines: trace.lines, events: trace.events, pins: trace.pins.seen, findings: report.findings.length },
    lost: counts.some((n) => n === undefined) ? undefined : counts.reduce<number>((sum, n) => sum + (n ?? 0), 0),
    losses: losses.length === 0 ? undefined : losses,
    undecided: undecided.length === 0 ? undefined : Object.fromEntries(undecided),
    seconds:
      timeUnit !== 'ns' || firstTime === undefined || lastTime === undefined ? undefined : (lastTime - firstTime) / 1e9,
  };
}

const findingsOf = ({ sha256 }: ManifestEntry, { findings }: CheckReport): CaptureResult['findings'] =>
  findings.map(({ n, rule, severity, confidence, fingerprint, message, cause, harm, pin, evidence }) => ({
    ...{ capture: sha256, n, rule, severity, confidence, fingerprint, message, cause, harm, pin, evidence },
    fingerprint_version: FINGERPRINT_VERSION,
  }));
