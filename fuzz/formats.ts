// Why: one row per kind of input: what it starts from, how it is modified, and what must hold of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseConfig } from '../src/config/schema.ts';
import { ingest } from '../src/engine/ingest.ts';
import { memoryInput } from '../src/engine/reading/input.ts';
import { rerun } from '../src/engine/rerun.ts';
import { openStore } from '../src/store/open.ts';
import { runQuery } from '../src/store/query.ts';
import { readPins } from '../src/store/read-pins.ts';
import { readReport } from '../src/store/report.ts';
import { InputError } from '../src/util/errors.ts';
import { mutateBinary } from './mutate-binary.ts';
import { LOSSLESS, mutateText } from './mutate-text.ts';
import { answerOf, damageSeen, folder, notClean, plain, TEXT_ORACLES } from './oracles.ts';
import type { Random } from './random.ts';
import { bytesOf, captures, dumpOf, examples, packed, recordings, tableOf, textOf } from './seeds.ts';

export interface Format {
  seeds(): Promise<Uint8Array[]> | Uint8Array[];
  change(seed: Uint8Array, other: Uint8Array, rnd: Random): Uint8Array;
  /** Throws what does not hold. @param turn of the case: dear questions are not asked each time */
  judge(bytes: Uint8Array, rnd: Random, turn: number): Promise<void>;
  /** largest case that is kept */
  most: number;
}

const SMALL = 8 << 10;

function text(seeds: () => string[]): Format {
  return {
    seeds: () => seeds().map(bytesOf),
    change: (seed, other, rnd) => bytesOf(mutateText(textOf(seed), textOf(other), rnd)),
    most: SMALL,
    judge: async (bytes, rnd, turn) => {
      const seen = await plain(bytes);
      for (const [, every, ask] of TEXT_ORACLES) if (turn % every === 0) await ask(bytes, seen, rnd);
      if (turn % 6 !== 1) return;
      const [name, way] = rnd.of(Object.entries(LOSSLESS));
      notClean(name, seen, await plain(bytesOf(way(textOf(bytes), rnd))));
    },
  };
}

const recording = (files: readonly string[]): Format => ({
  seeds: () => recordings(files),
  change: mutateBinary,
  most: SMALL,
  judge: async (bytes, _rnd, turn) => {
    const seen = await plain(bytes);
    const again = turn % 8 === 0 ? await plain(bytes) : seen;
    if (JSON.stringify(seen) !== JSON.stringify(again)) throw new Error('not the same twice');
    if (turn % 64 !== 0) return;
    await answerOf(ingest([memoryInput('trace', bytes)], { out: join(folder, 'r.db'), force: true }));
  },
});

let clear: Promise<Awaited<ReturnType<typeof plain>>> | undefined;

const gzip: Format = {
  seeds: () => packed(examples()[0]),
  change: mutateBinary,
  most: SMALL,
  judge: async (bytes) => {
    const path = join(folder, 'trace.gz');
    writeFileSync(path, bytes);
    const { check } = await import('../src/engine/check.ts');
    const seen = await answerOf(check([path], { workers: 1 }));
    clear ??= (async () => {
      writeFileSync(path, gzipSync(bytesOf(examples()[0])));
      return answerOf(check([path], { workers: 1 }));
    })();
    damageSeen(await clear, seen);
  },
};

/** What every command asks of a store. */
const QUESTIONS = [
  'select * from event',
  'select * from arg',
  'select * from pin',
  'select * from finding',
  'select count(*) from event group by event',
];

const store: Format = {
  seeds: async () => {
    const out = join(folder, 'seed.db');
    await ingest([memoryInput('trace', bytesOf(examples()[0]))], { out, force: true });
    return [readFileSync(out)];
  },
  change: mutateBinary,
  most: 0,
  judge: async (bytes, rnd) => {
    const path = join(folder, 'damaged.db');
    writeFileSync(path, bytes);
    await refused(async () => {
      const opened = openStore(path);
      try {
        await refused(() => readReport(opened));
        await refused(() => opened.guard(() => readPins(opened)));
        await refused(() => [...runQuery(opened, rnd.of(QUESTIONS)).rows]);
      } finally {
        opened.close();
      }
    });
    await refused(() => rerun(path));
  },
};

/** An answer or a sentence. */
async function refused(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

const CONFIG = {
  failOn: 'warning',
  load: ['./x.ts'],
  rules: { 'pin-leak': 'off', 'long-held-pin': { severity: 'error', options: { seconds: 3 } } },
  suppress: [{ rule: 'pin-leak', comm: 'a*', reason: 'known', until: '2026-12-31' }],
};

const config: Format = {
  seeds: () => [bytesOf(JSON.stringify(CONFIG, undefined, 1))],
  change: (seed, other, rnd) => bytesOf(mutateText(textOf(seed), textOf(other), rnd)),
  most: 0,
  judge: async (bytes) => {
    let value: unknown;
    try {
      value = JSON.parse(textOf(bytes));
    } catch {
      return;
    }
    await refused(() => parseConfig(value, 'config'));
  },
};

export const FORMATS: Readonly<Record<string, Format>> = {
  ftrace: text(() => [...examples(), ...captures(/\.(?:ft|func|fgraph)/)]),
  'trace-cmd': text(() => captures(/\.tc/)),
  'perf-script': text(() => captures(/\.perf/)),
  csv: text(() => examples().map(tableOf)),
  console: text(() => [...examples().map(dumpOf), ...captures(/\.dump/)]),
  'trace-dat': recording([
    '5.10/odirect_read_swap.tc-v7zstd/trace.dat',
    '5.10/odirect_read_swap.tc-v6/trace.dat.gz',
    '6.12/odirect_read_swap.tc-v6lost/trace.dat.gz',
  ]),
  'perf-data': recording([
    '5.10/odirect_read_swap.perf-plain/perf.data.gz',
    '5.10/odirect_read_swap.perf-z/perf.data.gz',
    '6.12/odirect_read_swap.perf-pipe/perf.data.gz',
  ]),
  gzip,
  store,
  config,
};
