// What the label of a capture requires of a report (shared by the accuracy and honesty scripts and the tests).
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../src/contract/finding.ts';

export interface TruthRow {
  scenario: string;
  pid: number;
  pin_pid: number;
  pin_tid: number;
  child: number;
  addr: string;
  len: number;
  pin: string;
  mem: string;
  action: string;
  pin_pfn: string;
  end_pfn: string;
  verdict: string;
  diverged: boolean;
  lost_write: boolean | null;
  lost_cpu_write: boolean | null;
  stale_read?: boolean | null;
  leak: boolean;
  pin_leak?: boolean;
  self_inflicted: boolean;
  error?: string;
  /** rule about the promise that was broken on purpose (lab/breaker): it has to speak here */
  rule?: string;
  diverged_pages?: number;
  pages?: { addr: string; pin_pfn: string; end_pfn: string }[];
}

export interface Truth {
  kernel: string;
  form: string;
  scenario: string;
  truth: TruthRow[];
}

export interface Judgement {
  truePositive: number;
  falsePositive: string[];
  falseNegative: string[];
  wrongPlace: string[];
}

/** Forms that lost or lack the evidence: an honest "could not be checked" is right there. */
const PARTIAL = /-lost|-minus|-overrun|-percpu|-nohdr|-raw|-cpumask/;

const rank = { note: 0, warning: 1, error: 2 } as const;
const show = (f: Finding): string =>
  `${f.rule} ${f.severity} ${f.confidence} pid ${f.pin.pid} ${f.pin.address} ${f.pin.pfn ?? f.pin.page} harm ${f.harm.join(',') || '-'}`;

/** @param form form of the capture by its folder: `ft`, `ft-raw`, `tc-lost` ... */
export function judge(truth: Truth, form: string, findings: readonly Finding[], verdict: string): Judgement {
  const out: Judgement = { truePositive: 0, falsePositive: [], falseNegative: [], wrongPlace: [] };
  const partial = PARTIAL.test(form);
  const explained = new Set<Finding>();
  for (const row of truth.truth) {
    if (row.error !== undefined) continue;
    const pids = new Set([row.pid, row.pin_pid, row.pin_tid]);
    const start = Number.parseInt(row.addr, 16);
    const addresses = new Set<number>([start]);
    for (let a = start; a < start + Math.max(row.len, 4096); a += 4096) addresses.add(a);
    // the truth of a THP speaks of its first page; the scenario works on others of it too
    if (row.mem === 'thp') for (let a = start; a < start + 0x200000; a += 4096) addresses.add(a);
    for (const p of row.pages ?? []) addresses.add(Number.parseInt(p.addr, 16));
    const inPlace = findings.filter(
      (f) =>
        f.pin.address !== undefined &&
        addresses.has(Number.parseInt(f.pin.address, 16)) &&
        (f.pin.pid === undefined ||
          pids.has(f.pin.pid) ||
          f.pin.pid === row.child ||
          (f.pin.tgid !== undefined && pids.has(f.pin.tgid))),
    );
    const exact = inPlace.filter((f) => Number.parseInt(f.pin.address as string, 16) === start);
    // a driver's read pin (pinlab) that missed a store: the device works with stale data
    const stale = row.verdict === 'corruption' && row.diverged && row.stale_read === true;
    const lost = row.lost_write === true || row.leak || stale;
    const harmed = (f: Finding) => (row.leak ? f.harm.includes('leak') : f.harm.length > 0);
    const what = `${row.scenario} (${row.verdict}) pid ${row.pin_tid} ${row.addr} ${row.pin_pfn}->${row.end_pfn}`;
    let wanted: Finding | undefined;
    let asked = true;
    const { rule } = row;
    if (rule !== undefined)
      wanted = findings.find(
        (f) =>
          (f.rule === rule || f.also.includes(rule)) &&
          (f.pin.pid === undefined || pids.has(f.pin.pid) || Number.parseInt(f.pin.address ?? '', 16) === start),
      );
    else if (row.verdict === 'livelock') wanted = exact.find((f) => f.rule === 'device-exclusive-livelock');
    else if (row.pin_leak === true) wanted = exact.find((f) => f.rule === 'pin-leak' && rank[f.severity] >= 1);
    else if (row.leak || (lost && !row.self_inflicted)) wanted = exact.find((f) => rank[f.severity] >= 1 && harmed(f));
    else if (row.self_inflicted && row.diverged) wanted = exact.find((f) => f.selfInflicted);
    else if (row.diverged) wanted = exact[0];
    else asked = false;
    if (asked && wanted === undefined) {
      if (partial && verdict !== 'clean') {
        // honest
      } else if (exact.length > 0) out.wrongPlace.push(`${what}; found ${exact.map(show).join('; ')}`);
      else
        out.falseNegative.push(
          `${what}; verdict ${verdict}${findings.length > 0 ? `; elsewhere ${findings.slice(0, 3).map(show).join('; ')}` : ''}`,
        );
    } else if (asked) out.truePositive++;
    const allowed = (f: Finding) => {
      if (f.rule === row.rule) return true;
      if (lost && (row.leak || !row.self_inflicted)) return true;
      if (row.self_inflicted) return f.severity !== 'error';
      if (row.diverged || row.verdict === 'stale_allowed') return f.severity !== 'error';
      if (row.pin_leak === true || row.verdict === 'livelock') return f.severity !== 'error';
      return f.severity === 'note' || (row.action === 'mprotectpart' && f !== exact[0]);
    };
    for (const f of wanted === undefined ? inPlace : [wanted, ...inPlace]) if (allowed(f)) explained.add(f);
  }
  for (const f of findings) if (f.severity !== 'note' && !explained.has(f)) out.falsePositive.push(show(f));
  return out;
}

/** Directories below `dir` with a labelled capture. */
export function captures(dir: string): string[] {
  const out: string[] = [];
  for (const name of readdirSync(dir).sort()) {
    const path = join(dir, name);
    if (!statSync(path).isDirectory()) continue;
    if (existsSync(join(path, 'truth.json'))) out.push(path);
    out.push(...captures(path));
  }
  return out;
}
