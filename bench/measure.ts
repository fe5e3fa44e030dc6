// What a command costs: wall time, CPU time of all its threads and children, and its peak memory, as the kernel counts
// them (wait4). GNU time reads those; where it is missing, /proc is looked at while the command runs.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Cost {
  wallSeconds: number;
  cpuSeconds: number;
  peakMegabytes: number;
}

const TIME = '/usr/bin/time';
const LOOK_MS = 20;
const TICKS_PER_SECOND = 100;

/**
 * What Node is told to do at its start costs as much as the start: NODE_EXTRA_CA_CERTS, which companies set, has it read
 * all certificates. `node -e 0` took 511 million instructions with it and 90 without.
 */
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')));

/** @param accepted exit codes that are no failure: `check` ends with 1 when it found something */
export async function measure(command: readonly string[], accepted: readonly number[] = [0]): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'pindrift-bench-'));
  const out = join(folder, 'time');
  const timed = existsSync(TIME);
  const [program, ...args] = timed ? [TIME, '-q', '-f', '%U %S %M', '-o', out, ...command] : command;
  const started = process.hrtime.bigint();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: plainEnvironment() });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = (complaint + text).slice(-2000);
  });
  const seen = { cpuSeconds: 0, peakMegabytes: 0 };
  const timer = timed ? undefined : setInterval(() => look(child.pid ?? 0, seen), LOOK_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(timer);
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  try {
    if (code === null || !accepted.includes(code))
      throw new Error(`${command.join(' ')} ended with ${code}: ${complaint}`);
    if (!timed) return { wallSeconds, ...seen };
    const [user, system, kilobytes] = readFileSync(out, 'utf8').trim().split(' ').map(Number);
    return { wallSeconds, cpuSeconds: user + system, peakMegabytes: kilobytes / 1024 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the command has used up to now. The last look comes a little before its end. */
function look(pid: number, seen: { cpuSeconds: number; peakMegabytes: number }): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number);
    // utime, stime, cutime, cstime: fields 14 to 17 of proc(5)
    const ticks = stat[11] + stat[12] + stat[13] + stat[14];
    seen.cpuSeconds = Math.max(seen.cpuSeconds, ticks / TICKS_PER_SECOND);
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    if (peak !== null) seen.peakMegabytes = Math.max(seen.peakMegabytes, Number(peak[1]) / 1024);
  } catch {
    // it has ended
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The middle of each measure on its own. */
export const medianCost = (costs: readonly Cost[]): Cost => ({
  wallSeconds: median(costs.map((c) => c.wallSeconds)),
  cpuSeconds: median(costs.map((c) => c.cpuSeconds)),
  peakMegabytes: median(costs.map((c) => c.peakMegabytes)),
});
