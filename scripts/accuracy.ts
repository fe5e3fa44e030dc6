// `npm run accuracy -- DIR`: checks every labelled capture below DIR against its truth.json and prints what
// was right and what was missed, by kernel and form. Exits 1 on any miss. The tool itself never sees a truth file.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Finding } from '../src/contract/finding.ts';
import { check } from '../src/engine/check.ts';
import { contradictions } from '../src/engine/findings/contradiction.ts';
import { captures, judge, type Truth } from './truth.ts';

interface Row {
  captures: number;
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  wrongPlace: number;
  unchecked: number;
}

const COLUMNS = ['captures', 'truePositive', 'falsePositive', 'falseNegative', 'wrongPlace', 'unchecked'] as const;
const HEADS = ['captures', 'true pos', 'false pos', 'false neg', 'wrong pid/addr', 'not checkable'];

/** The trace, the same as a console or a log has it, and the recording of a tool. */
const tracesIn = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) =>
      /^(?:(?:trace|console|dmesg[\w-]*|journal[\w-]*)\.txt|trace\.dat|perf\.data)(?:\.gz)?$/.test(name),
    )
    .sort()
    .map((name) => join(dir, name));

contradictions.isError = true;
const root = process.argv[2] ?? 'fixtures';
const filter = process.argv[3];
const table = new Map<string, Row>();
const misses: string[] = [];
const started = process.cpuUsage();
let count = 0;
for (const dir of captures(root)) {
  const label = relative(root, dir);
  if (filter !== undefined && !label.includes(filter)) continue;
  for (const trace of tracesIn(dir)) await judgeOne(dir, label, trace);
}

async function judgeOne(dir: string, label: string, trace: string): Promise<void> {
  count++;
  const truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as Truth;
  const key = `${truth.kernel.replace(/^(\d+\.\d+).*/, '$1')} ${dir.replace(/^.*\./, '')}`;
  const row = table.get(key) ?? {
    captures: 0,
    truePositive: 0,
    falsePositive: 0,
    falseNegative: 0,
    wrongPlace: 0,
    unchecked: 0,
  };
  table.set(key, row);
  row.captures++;
  let findings: Finding[] = [];
  let verdict = 'could-not-be-checked';
  try {
    const report = await check([trace]);
    findings = report.findings;
    verdict = report.verdict;
  } catch (error) {
    if ((error as Error).name !== 'InputError')
      misses.push(`${label} ${basename(trace)}: CRASH ${(error as Error).stack}`);
  }
  if (verdict === 'could-not-be-checked') row.unchecked++;
  const result = judge(truth, dir.replace(/^.*\./, ''), findings, verdict);
  row.truePositive += result.truePositive;
  row.falsePositive += result.falsePositive.length;
  row.falseNegative += result.falseNegative.length;
  row.wrongPlace += result.wrongPlace.length;
  for (const kind of ['falseNegative', 'wrongPlace', 'falsePositive'] as const)
    for (const m of result[kind]) misses.push(`${label} ${basename(trace)}: ${kind}: ${m}`);
}

const rows = [
  ['kernel form', ...HEADS],
  ...[...table].sort().map(([k, r]) => [k, ...COLUMNS.map((c) => String(r[c]))]),
];
const widths = rows[0].map((_, i) => Math.max(...rows.map((r) => r[i].length)));
for (const r of rows) console.log(r.map((c, i) => (i === 0 ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join('  '));
const cpu = process.cpuUsage(started);
console.log(`\n${count} captures, ${misses.length} misses, ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s CPU`);
for (const m of misses) console.log(m);
process.exitCode = misses.length > 0 ? 1 : 0;
