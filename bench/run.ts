// `npm run bench`: pindrift against others on a big trace. Runs are interleaved, so that whatever else the machine does
// falls on all of them, and each number is a median; on a shared machine trust the ratios, and CPU more than wall.
//
//     npm run bench -- --mb 350 --runs 5 --only check,check-2,lines --ten --load fio.txt --load cc.txt --json results.json
import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contender, contenders, loads } from './contenders.ts';
import { benchFolder, bigTrace } from './input.ts';
import { type Cost, measure, medianCost } from './measure.ts';
import { perStart, printRatios, printResults, type Result, ratiosOf } from './table.ts';

const { values } = parseArgs({
  options: {
    /** size of the trace */
    mb: { type: 'string', default: '350' },
    runs: { type: 'string', default: '5' },
    /** ids, with commas between */
    only: { type: 'string' },
    /** check and ingest on ten times the size, too */
    ten: { type: 'boolean', default: false },
    /** traces of real programs, plain text: a mix that was made flatters */
    load: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
  },
});

const megabytes = Number(values.mb);
const runs = Number(values.runs);
if (!(megabytes > 0) || !(runs >= 1)) throw new Error('--mb and --runs are numbers');
const only = values.only?.split(',');

const all = [...contenders(bigTrace(megabytes)), ...values.load.flatMap(loads)];
// what one of them needs runs too
const needed = all.filter(({ id }) => only?.includes(id)).map(({ after }) => after);
const field = all.filter(
  ({ id }) => only === undefined || only.includes(id) || needed.includes(id) || id.includes(', '),
);
for (const { does, why } of field) if (why !== undefined) console.error(`skipped: ${does} (${why})`);
const running = field.filter((c) => c.command !== undefined);

const costs = new Map<string, Cost[]>(running.map(({ id }) => [id, []]));
for (let run = 1; run <= runs; run++) {
  console.error(`run ${run} of ${runs}`);
  for (const contender of running) await once(contender);
}
const results = new Map(running.map((c) => [c.id, resultOf(c)]));
if (values.ten) {
  const big = contenders(bigTrace(megabytes * 10));
  for (const id of ['check', 'check-2', 'ingest']) {
    const contender = big.find((c) => c.id === id);
    if (contender === undefined || !results.has(id)) continue;
    const ten = { ...contender, id: `${id}, 10x`, does: `${contender.does}, 10 times the trace` };
    costs.set(ten.id, []);
    console.error(ten.does);
    await once(ten);
    results.set(ten.id, resultOf(ten));
  }
}
for (const { makes } of running) if (makes !== undefined) rmSync(makes, { force: true });

const ratios = ratiosOf(results);
const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', node: process.version };
console.log(
  `${megabytes} MB, ${machine.cpus} CPUs (${machine.model.trim()}), Node ${machine.node}, medians of ${runs} interleaved runs\n`,
);
printResults([...results.values()]);
printRatios(ratios);
const path = values.json ?? join(benchFolder(), 'results.json');
writeFileSync(
  path,
  `${JSON.stringify({ megabytes, runs, machine, results: [...results.values()], ratios }, undefined, 2)}\n`,
);
console.error(`written to ${path}`);

async function once(contender: Contender): Promise<void> {
  if (contender.makes !== undefined) rmSync(contender.makes, { force: true });
  const cost = await measure(contender.command ?? [], contender.accepted);
  costs.get(contender.id)?.push(perStart(contender.id, cost));
}

function resultOf({ id, does }: Contender): Result {
  const measured = costs.get(id) ?? [];
  return { id, does, runs: measured.length, ...medianCost(measured) };
}
