// `npm run fuzz -- --minutes N`: changed inputs of every kind, in this process, held against what must hold of any input
// (oracles.ts). What reaches new code is kept, in memory and, with --keep, in fuzz/corpus/. What breaks something is
// left in --out, with the seed of the run; `--replay FILE --format F` judges it again.
// Options: --minutes N, --cases N (per format, instead), --format F (several by commas), --seed N, --keep, --out DIR,
// --json FILE (figures, added to those that are there). With --bulk, small cases by the hundred in one trace (bulk.ts):
// --bulk --cases 1000000 --seed N --json FILE goes on where FILE says that it stopped.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BULKS } from './bulk.ts';
import { runBulk } from './bulk-run.ts';
import { addFigures } from './figures.ts';
import { FORMATS } from './formats.ts';
import { Fuzz } from './fuzz.ts';
import { Random } from './random.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    cases: { type: 'string' },
    format: { type: 'string' },
    bulk: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    keep: { type: 'boolean', default: false },
    out: { type: 'string', default: 'fuzz/found' },
    json: { type: 'string' },
    replay: { type: 'string' },
  },
});

const kinds: object = values.bulk ? BULKS : FORMATS;
const names = values.format?.split(',') ?? Object.keys(kinds);
for (const name of names) if (!Object.hasOwn(kinds, name)) throw new Error(`no format ${name}: ${Object.keys(kinds)}`);

if (values.replay !== undefined) {
  const bytes = readFileSync(values.replay);
  for (let turn = 0; turn < 12; turn++) await FORMATS[names[0]].judge(bytes, new Random(turn), turn);
  await FORMATS[names[0]].judge(bytes, new Random(1), 128);
  console.log('nothing found');
  process.exit(0);
}

mkdirSync(values.out, { recursive: true });
const seed = Number(values.seed);
console.log(`seed ${seed}`);
if (values.bulk) {
  const { json = join(values.out, `bulk-${seed}.json`), out } = values;
  const broke = await runBulk({ names, seed, cases: Number(values.cases ?? 10_000), json, out });
  console.log(`${broke} found, seed ${seed}`);
  process.exit(broke > 0 ? 1 : 0);
}
const fuzz = new Fuzz({ seed, keep: values.keep, hang: join(values.out, `hang-${seed}`) });
const until = Date.now() + Number(values.minutes) * 60_000;
const most = values.cases === undefined ? Number.POSITIVE_INFINITY : Number(values.cases);
let wrong = 0;

fuzz.onFound = ({ format, bytes, what, n }) => {
  const file = join(values.out, `${format}-${seed}-${n}`);
  writeFileSync(file, bytes);
  wrong++;
  console.log(`FOUND ${file}\n  ${what}`);
};

await fuzz.start(names);
for (let rounds = 0; ; rounds++) {
  let busy = false;
  for (const name of names) {
    if (Date.now() > until && values.cases === undefined) continue;
    if (fuzz.cases(name) >= most) continue;
    busy = true;
    await fuzz.batch(name);
  }
  if (rounds % 40 === 0 || !busy) {
    console.log(fuzz.line());
    if (values.json !== undefined) addFigures(values.json, fuzz.takeFigures(), seed);
  }
  if (!busy) break;
}
if (values.keep) await fuzz.distill();
await fuzz.stop();
console.log(`${wrong} found, seed ${seed}`);
process.exit(wrong > 0 ? 1 : 0);
