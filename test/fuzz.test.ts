// Why: a bounded run of the fuzzer: what earlier runs found is never found again, and a few new cases of every format
// hold what must hold of any input. The long runs are `npm run fuzz`.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../fuzz/formats.ts';
import { mix, Random } from '../fuzz/random.ts';
import { kept } from '../fuzz/seeds.ts';
import { Watchdog } from '../fuzz/watchdog.ts';

const SEED = 7;
const CASES = 8;

describe.each(Object.keys(FORMATS))('%s', (name) => {
  const format = FORMATS[name];

  it('what was found once', { timeout: 120_000 }, async () => {
    for (const bytes of kept(name)) for (const turn of [0, 1]) await format.judge(bytes, new Random(turn), turn);
  });

  it('some cases', { timeout: 120_000 }, async () => {
    const inputs = await format.seeds();
    const dog = new Watchdog(join(tmpdir(), 'pindrift-fuzz-hang'), 60_000);
    for (let n = 0; n < CASES; n++) {
      const rnd = new Random(mix(SEED, n));
      const bytes = format.change(rnd.of(inputs), rnd.of(inputs), rnd);
      dog.begin(bytes);
      await expect(
        format.judge(bytes, rnd, n).then(() => 'holds'),
        `case ${n}`,
      ).resolves.toBe('holds');
      dog.end();
    }
    await dog.close();
  });
});
