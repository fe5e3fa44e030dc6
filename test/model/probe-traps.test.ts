// Why: a kprobe that is a breakpoint (riscv64; x86-64 without function tracing, or inside of a function) traps, and its line
// has the flag of an NMI. The function was called by the task all the same.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';

const said = ({ findings, verdict, traces: [{ pins }] }: CheckReport) => ({
  verdict,
  pins,
  findings: findings.map(({ rule, severity, confidence, pin }) => [rule, severity, confidence, pin.address, pin.pfn]),
});

/** Returns are recorded in a trampoline and tracepoints by a call: neither traps. */
const ENTRY = /^(.{16}-[ 0-9]* *\[\d{3}\] ..)[.hs](?=.* (?!\w+_ret: \(|sys_|sched_|task_)\w+: \()/gm;

describe('probes that trap', () => {
  it.each([
    '5.10/odirect_read_swap.ft',
    '6.1/odirect_read_fork.ft',
    '6.12/vmsplice_self_fork.ft',
    '6.12/iouring_fixed_dontneed.ft',
  ])('%s', async (name) => {
    const text = gunzipSync(readFileSync(`fixtures/${name}/trace.txt.gz`)).toString('latin1');
    const trapped = text.replaceAll(ENTRY, '$1Z');
    expect(trapped.match(/\] ..Z/g)?.length).toBeGreaterThan(50);
    const whole = await check([memoryInput('trace', text)]);
    expect(said(await check([memoryInput('trace', trapped)]))).toEqual(said(whole));
  });
});
