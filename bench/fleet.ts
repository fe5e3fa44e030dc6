// What a fleet costs beyond its checks: `node --import tsx bench/fleet.ts --captures 10000 --findings 1000000`. The captures
// are small ones (a thousand lines), where a process each would cost most.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CaptureResult } from '../src/fleet/contract.ts';
import { Results } from '../src/fleet/results.ts';
import { makeCaptures } from '../test/fleet/captures.ts';
import { measure } from './measure.ts';

const { values } = parseArgs({
  options: { captures: { type: 'string', default: '10000' }, findings: { type: 'string', default: '1000000' } },
});
const PARTS = 100;
const folder = mkdtempSync(join(tmpdir(), 'pindrift-fleet-'));
const pindrift = (...args: string[]): string[] => [process.execPath, 'bin/run.js', ...args];
try {
  const captures = join(folder, 'captures');
  const manifest = join(folder, 'manifest.ndjson');
  makeCaptures(captures, Number(values.captures));
  const plan = await measure(pindrift('fleet', 'plan', captures, '-q', '-o', manifest));
  const one = await measure([process.execPath, 'bench/check-each.mjs', manifest]);
  const run = await measure(pindrift('fleet', 'run', manifest, '-q', '-o', join(folder, 'results')));
  const ratio = (run.cpuSeconds / one.cpuSeconds).toFixed(2);
  console.log(`plan of ${values.captures} captures: ${plan.cpuSeconds.toFixed(1)} CPU s`);
  console.log(`run: ${run.cpuSeconds.toFixed(1)} CPU s, in one process ${one.cpuSeconds.toFixed(1)}: ${ratio} times`);

  const many = join(folder, 'many');
  mkdirSync(many);
  writeFindings(many, Number(values.findings));
  const report = await measure(pindrift('fleet', 'report', many, '--json'));
  console.log(
    `report on ${values.findings} findings: ${report.wallSeconds.toFixed(2)} s, ${report.cpuSeconds.toFixed(2)} CPU s, ${Math.round(report.peakMegabytes)} MB`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Findings of 500 drifts on 40 kernels and 200 hosts, a hundred to a capture. */
function writeFindings(into: string, n: number): void {
  const results = new Results(into);
  const perPart = Math.ceil(n / PARTS);
  for (let part = 0; part < PARTS; part++) {
    const rows: CaptureResult[] = [];
    for (let i = 0; i < perPart; i += 100) {
      const id = part * perPart + i;
      const capture = id.toString(16).padStart(64, '0');
      rows.push({
        capture: {
          ...{
            capture,
            path: `/captures/${id}.txt`,
            host: `h${id % 200}`,
            modified: new Date(1.7e12 + id * 1000).toISOString(),
          },
          ...{ bytes: 1e6, status: 'checked', verdict: 'violated', kernel: `6.12.${id % 40}`, findings: 100 },
          ...{ version: '1', config: 'default' },
        },
        findings: Array.from({ length: 100 }, (_, k) => ({
          ...{
            capture,
            n: k + 1,
            rule: `rule-${(id + k) % 30}`,
            severity: 'error' as const,
            confidence: 'certain' as const,
          },
          fingerprint: ((id * 7 + k * 13) % 500).toString(16).padStart(16, '0'),
          ...{ fingerprint_version: 1, message: `what happened to pfn 0x${(id + k).toString(16)}`, cause: 'a copy' },
          ...{ harm: ['lost-dma-write'], pin: { flags: ['FOLL_WRITE'], pid: id }, evidence: [] },
        })),
      });
    }
    results.write(rows, '1');
  }
}
