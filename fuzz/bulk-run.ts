// Why: the loop for small cases by the hundred. It continues where the figures file says that the previous run stopped,
// since a batch depends only on the seed and its number.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BULKS } from './bulk.ts';
import { minimised } from './minimise.ts';
import { mix, Random } from './random.ts';
import { Watchdog } from './watchdog.ts';

/** Cases of one batch. */
const SIZE = 400;
/** ms of work for one batch, and bytes that one may add to the largest memory so far */
const HANG_MS = 60_000;
const MOST_BYTES = 200 << 20;

export interface BulkFigures {
  seed: number;
  formats: Record<string, { cases: number; batches: number; found: number; slowestMs: number }>;
  rssMegabytes: number;
}

export interface BulkOptions {
  names: readonly string[];
  seed: number;
  cases: number;
  /** figures of this seed so far; they are written again every few batches */
  json: string;
  /** where what breaks something is left */
  out: string;
}

/** @returns batches that broke something */
export async function runBulk({ names, seed, cases, json, out }: BulkOptions): Promise<number> {
  const figures: BulkFigures = existsSync(json)
    ? JSON.parse(readFileSync(json, 'utf8'))
    : { seed, formats: {}, rssMegabytes: 0 };
  if (figures.seed !== seed) throw new Error(`${json} is of seed ${figures.seed}`);
  const dog = new Watchdog(join(out, `hang-${seed}`), HANG_MS);
  const told = new Set<string>();
  let wrong = 0;
  const save = () => writeFileSync(json, `${JSON.stringify(figures, undefined, 2)}\n`);
  for (let busy = true; busy; save()) {
    busy = false;
    for (const name of names) {
      const bulk = BULKS[name];
      figures.formats[name] ??= { cases: 0, batches: 0, found: 0, slowestMs: 0 };
      const figure = figures.formats[name];
      for (let i = 0; i < 25 && figure.cases < cases; i++) {
        busy = true;
        const turn = figure.batches;
        const rnd = new Random(mix(seed, turn, name.length));
        const { bytes, cases: tried } = await bulk.batch(SIZE, rnd);
        const judge = async (one: Uint8Array): Promise<string | undefined> => {
          const before = process.resourceUsage().maxRSS * 1024;
          try {
            await bulk.judge(one, new Random(turn), turn);
          } catch (error) {
            return error instanceof Error ? (error.stack ?? error.message) : String(error);
          }
          const grown = process.resourceUsage().maxRSS * 1024 - before;
          return grown > MOST_BYTES ? `${Math.round(grown / 1e6)} MB more` : undefined;
        };
        dog.begin(bytes);
        const { user } = process.cpuUsage();
        const what = await judge(bytes);
        figure.slowestMs = Math.max(figure.slowestMs, Math.round((process.cpuUsage().user - user) / 1000));
        dog.end();
        figure.cases += tried;
        figure.batches++;
        if (what === undefined) continue;
        figure.found++;
        const head = what.slice(0, 60).replace(/\d+/g, '#');
        if (told.has(name + head)) continue;
        told.add(name + head);
        wrong++;
        const file = join(out, `bulk-${name}-${seed}-${turn}`);
        writeFileSync(file, bytes);
        const small = await minimised(bytes, async (one) => (await judge(one)) !== undefined);
        writeFileSync(`${file}.small`, small);
        console.log(`FOUND ${file}\n  ${what.split('\n').slice(0, 6).join('\n  ')}`);
      }
    }
    figures.rssMegabytes = Math.round(process.resourceUsage().maxRSS / 1000);
    console.log(names.map((name) => `${name} ${figures.formats[name].cases}`).join(', '), `${figures.rssMegabytes} MB`);
  }
  await dog.close();
  return wrong;
}
