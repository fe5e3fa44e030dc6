// The fleet report as text: new drifts first, the worst first, with their places and the command to show each.

import { count } from '../../util/count.ts';
import { clean, wrap } from '../shared/format.ts';
import { painter, type Style } from '../shared/paint.ts';
import type { FleetDrift, FleetReport, FleetReporter, FleetSighting, Share } from './contract.ts';

const STYLES: Readonly<Record<string, Style>> = { error: 'red', warning: 'yellow', note: 'cyan' };
const LABEL = 13;
const MOST_SHARES = 8;

const VERSIONS_DIFFER =
  'some results are of an earlier pindrift, whose fingerprints are others: one drift may stand here twice; check those captures again to tell';

export const text: FleetReporter = {
  extension: 'txt',
  *render(report, { color = false, width = 80 }) {
    const paint = painter(color);
    yield* wrap(summaryWords(report), width).map((line) => `${line}\n`);
    if (report.baseline !== undefined)
      yield* wrap(`against ${clean(report.baseline)}`, width).map((line) => `${line}\n`);
    if (new Set(report.drifts.map(({ fingerprintVersion }) => fingerprintVersion)).size > 1)
      yield* wrap(VERSIONS_DIFFER, width).map((line) => `${line}\n`);
    const labelled = (label: string, words: string): string[] =>
      wrap(words, width - LABEL - 2, 'whole').map(
        (line, i) => `  ${i === 0 ? paint('dim', label.padEnd(LABEL)) : ' '.repeat(LABEL)}${line}\n`,
      );
    for (const drift of report.drifts) {
      yield '\n';
      const head = `${drift.state === undefined ? '' : `${drift.state}: `}${clean(drift.rule)}  ${drift.severity}  ${count(drift.findings, 'finding')} in ${count(drift.captures, 'capture')}`;
      yield* wrap(head, width).map((line) => `${paint([STYLES[drift.severity] ?? 'cyan', 'bold'], line)}\n`);
      yield* wrap(clean(drift.cause), width - 2).map((line) => `  ${line}\n`);
      yield* details(drift).flatMap(([label, words]) => labelled(label, words));
      // not wrapped: it is copied
      yield `  ${paint('dim', 'story'.padEnd(LABEL))}pindrift show ${clean(drift.first.path)} ${drift.first.n}\n`;
    }
    if (report.parked.length > 0) {
      yield '\n';
      yield `${paint('bold', 'captures without a verdict')}\n`;
      for (const { path, reason, status } of report.parked)
        yield* wrap(`${clean(path)}: ${status}: ${clean(reason)}`, width - 2, 'whole').map((line) => `  ${line}\n`);
    }
  },
};

function summaryWords({ byStatus, byVerdict, captures, drifts }: FleetReport): string {
  const verdicts = Object.entries(byVerdict).map(([verdict, n]) => `${n} ${verdict.replaceAll('-', ' ')}`);
  const parked = captures - (byStatus.checked ?? 0);
  if (parked > 0) verdicts.push(`${parked} without a verdict`);
  return `${count(captures, 'capture')}: ${verdicts.join(', ')}; ${count(drifts.length, 'drift')}`;
}

function details(drift: FleetDrift): [string, string][] {
  const { fingerprint, first, harm, hosts, kernels, last } = drift;
  const out: [string, string][] = [['example', clean(drift.message)]];
  if (harm.length > 0) out.push(['harm', harm.map(clean).join(', ')]);
  out.push(['kernels', shareWords(kernels)]);
  if (hosts !== undefined && hosts.length > 0) out.push(['hosts', shareWords(hosts)]);
  out.push(['first', placeWords(first)]);
  if (last.capture !== first.capture || last.n !== first.n) out.push(['last', placeWords(last)]);
  out.push(['fingerprint', fingerprint]);
  return out;
}

function shareWords(shares: readonly Share[]): string {
  const words = shares.slice(0, MOST_SHARES).map(({ captures, name, of }) => `${clean(name)}: ${captures} of ${of}`);
  if (shares.length > MOST_SHARES) words.push(`and ${shares.length - MOST_SHARES} more`);
  return words.join('; ');
}

const placeWords = ({ host, kernel, modified, path }: FleetSighting): string =>
  [modified, clean(path), host === undefined ? undefined : clean(host), clean(kernel)]
    .filter((word) => word !== undefined)
    .join('  ');
