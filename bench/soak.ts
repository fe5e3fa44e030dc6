// `npm run bench:soak`: a watch of an endless source at full speed, to show what would otherwise take days to appear:
// growing memory, a falling rate, open descriptors. The source reuses pids and pointers like a real machine.
//
//     npm run bench:soak -- --seconds 600 --every 30 --json soak.json
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { endless } from './input.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    every: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const every = Number(values.every);

interface Sample {
  second: number;
  events: number;
  findings: number;
  pinsHeld: number;
  rssMb: number;
  /** user and system seconds so far */
  cpu: number;
  descriptors: number;
}

const bin = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const args = ['watch', '-', '--report', 'ndjson', '--status', String(every)];
const child = spawn(process.execPath, [bin, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
const samples: Sample[] = [];
const started = performance.now();

createInterface({ input: child.stdout }).on('line', (line) => {
  const said = JSON.parse(line) as { type: string; events: number; findings: number; pinsHeld: number };
  if (said.type !== 'status') return;
  const sample: Sample = {
    second: Math.round((performance.now() - started) / 1000),
    events: said.events,
    findings: said.findings,
    pinsHeld: said.pinsHeld,
    ...costOf(child.pid ?? 0),
  };
  samples.push(sample);
  const rate = Math.round(sample.events / sample.cpu);
  console.log(
    `${sample.second} s: ${sample.events} events, ${rate} a second of CPU, ${sample.rssMb} MB, ${sample.findings} findings, ${sample.pinsHeld} pins held, ${sample.descriptors} descriptors`,
  );
});

child.stdin.on('error', () => {});
for (const text of endless()) {
  if (performance.now() - started > seconds * 1000) break;
  if (!child.stdin.write(text, 'latin1')) await new Promise((resolve) => child.stdin.once('drain', resolve));
}
child.stdin.end();
await new Promise((resolve) => child.on('close', resolve));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(samples, undefined, 2)}\n`);

function costOf(pid: number): Pick<Sample, 'rssMb' | 'cpu' | 'descriptors'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  // proc(5): utime and stime are the 14th and 15th field; the name before them may hold blanks
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return {
    rssMb: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
    cpu: (Number(stat[11]) + Number(stat[12])) / 100,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
