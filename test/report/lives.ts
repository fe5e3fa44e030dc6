// Reports with the life of every pin, for the reporters that draw them: the sample stories as they are, and as many
// pins and findings as one likes.

import type { Finding } from '../../src/contract/finding.ts';
import type { CheckReport, DetailedReport, PinLife } from '../../src/contract/report.ts';
import { lives } from '../../src/report/shared/lifeline.ts';
import { hostile, odirect } from './samples.ts';

/** The story of 5.10 with its pin: taken, used for I/O, given back. */
export function odirectLife(): DetailedReport {
  const report = odirect();
  const [pin] = lives({ report, pins: [] });
  if (pin === undefined) {
    throw new Error('the sample has a finding');
  }
  const submit = { role: 'i/o submit', line: 340, time: 385_120_000, cpu: 0, pid: 158, what: 'READ 512 bytes' };
  const release = { role: 'release', line: 661, time: 1_193_600_000, cpu: 0, pid: 0, what: 'pfn 0x7fb7d given back' };
  const steps = [...pin.steps, submit, release].sort((a, b) => a.line - b.line);
  return { report, pins: [{ ...pin, owner: 'bio', to: 1_193_600_000, state: 'released', steps }] };
}

export function hostileLife(): DetailedReport {
  const report = hostile();
  return { report, pins: lives({ report, pins: [] }) };
}

/** As from a machine that does O_DIRECT all day; every `pins / findings`-th pin drifts. */
export function manyLives(pinCount: number, findingCount: number): DetailedReport {
  const report = odirect();
  const [sample] = report.findings;
  const [trace] = report.traces;
  if (sample === undefined || trace === undefined) {
    throw new Error('the sample has a finding');
  }
  const random = generator(7);
  const comms = ['postgres', 'qemu-system-x86', 'fio', 'iou-wrk-602', 'mysqld'];
  const pins: PinLife[] = [];
  const findings: Finding[] = [];
  const every = findingCount === 0 ? 0 : Math.floor(pinCount / findingCount);
  let time = 305_406_000;
  for (let i = 0; i < pinCount; i++) {
    time += Math.floor(random() * 40_000);
    const line = 12 + i * 6;
    const pid = 157 + Math.floor(random() * 24);
    const pfn = 0x40000 + Math.floor(random() * 0x80000);
    const hex = (n: number | bigint) => `0x${n.toString(16)}`;
    const held = Math.floor(20_000 + random() ** 4 * 900_000_000);
    const cpu = Math.floor(random() * 8);
    const drifts = every > 0 && i % every === 0 && findings.length < findingCount;
    const own = {
      pid,
      tgid: pid - (pid % 4),
      comm: comms[pid % comms.length],
      mm: hex(0xffff_a08d_0106_3300n + BigInt(pid % 6) * 0x440n),
      address: hex(0x7f02_b279_2000 + Math.floor(random() * 4096) * 4096),
      pfn: hex(pfn),
      page: hex(0xffff_f334_c000_0000n + BigInt(pfn) * 64n),
      api: i % 3 === 0 ? 'pin_user_pages_fast' : 'get_user_pages_fast',
      caller: 'iov_iter_get_pages+0xd4',
    };
    const at = (after: number, more: number) => ({ line: line + more, time: time + after, cpu, pid });
    const step = (role: string, after: number, more: number, what: string) => ({ role, ...at(after, more), what });
    const pin: PinLife = {
      trace: 0,
      ...own,
      kind: i % 3 === 0 ? 'PIN' : 'GET',
      write: i % 2 === 0,
      longterm: i % 97 === 0,
      flags: [i % 3 === 0 ? 'FOLL_PIN' : 'FOLL_GET', ...(i % 2 === 0 ? ['FOLL_WRITE'] : [])],
      owner: 'bio',
      line,
      from: time,
      ...(i % 211 === 0 ? { state: 'held' as const } : { to: time + held, state: 'released' as const }),
      steps: [
        step('pin', 0, 0, `pfn ${own.pfn}  FOLL_GET|FOLL_WRITE`),
        step('i/o submit', 9000, 1, `READ 4096 bytes into pfn ${own.pfn}`),
        step('i/o end', Math.floor(held * 0.9), 3, `READ 4096 bytes into pfn ${own.pfn}`),
        step('release', held, 4, `pfn ${own.pfn} given back`),
      ],
    };
    if (drifts) {
      const n = findings.length + 1;
      const other = hex(pfn + 0x1234);
      const severity = (['error', 'warning', 'note'] as const)[n % 3] ?? 'error';
      pin.steps.splice(2, 0, step('copy', Math.floor(held * 0.4), 2, `pfn ${own.pfn} -> ${other}`));
      pin.finding = n;
      findings.push({
        ...sample,
        n,
        rule: n % 4 === 0 ? 'fork-share-then-cow' : sample.rule,
        severity,
        pin: { ...own, flags: pin.flags, time },
        mapping: { pfn: other },
        message: `the read's 4096 bytes went to pfn ${own.pfn}; the process sees pfn ${other}`,
        fingerprint: `7d1f0c5a92e4${n.toString(16).padStart(4, '0')}`,
        evidence: pin.steps.map((one) => ({
          ...one,
          offset: one.line * 137,
          task: `${own.comm}-${pid}`,
          fn: 'do_wp_page',
          text: `  ${own.comm}-${pid} [00${cpu}] d...  20.${one.time}: ${one.role}: page=${own.page} mm=${own.mm} addr=${own.address}`,
        })),
      });
    }
    pins.push(pin);
  }
  const last = pins.at(-1);
  return {
    pins,
    report: {
      ...report,
      findings,
      traces: [
        {
          ...trace,
          lines: pinCount * 6,
          events: pinCount * 6,
          lastTime: (last?.from ?? 0) + 1_000_000_000,
          pins: { seen: pinCount, released: pinCount, presumed: 0, open: 0 },
        },
      ],
    } satisfies CheckReport,
  };
}

/** Numbers that look like chance and are the same each time (Lehmer). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
