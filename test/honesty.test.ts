// Damaged captures: a bounded sample of what `npm run honesty` does with all of them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { variants } from '../scripts/damage.ts';
import { judgeDamaged, trueDrifts } from '../scripts/judge-damaged.ts';
import type { Truth } from '../scripts/truth.ts';
import type { CheckReport } from '../src/contract/report.ts';
import { check } from '../src/engine/check.ts';
import { memoryInput } from '../src/engine/reading/input.ts';

const fixtures = join(import.meta.dirname, '../fixtures');

async function verdictOf(text: string): Promise<CheckReport | undefined> {
  try {
    return await check([memoryInput('damaged', text)]);
  } catch (error) {
    // nothing left to read is an honest answer
    if ((error as Error).name === 'InputError') return undefined;
    throw error;
  }
}

describe('a damaged capture is never called clean for what it lost, nor blamed for what it did not do', () => {
  for (const kernel of ['5.10', '6.1', '6.12', '7.2']) {
    const captures = readdirSync(join(fixtures, kernel)).filter(
      (name) =>
        ['trace.txt', 'trace.txt.gz'].some((file) => existsSync(join(fixtures, kernel, name, file))) &&
        existsSync(join(fixtures, kernel, name, 'truth.json')),
    );
    for (const [i, name] of captures.entries()) {
      if (i % 6 !== 0 || name.startsWith('mixed')) continue;
      it(`${kernel}/${name}`, async () => {
        const folder = join(fixtures, kernel, name);
        const zipped = join(folder, 'trace.txt.gz');
        const text = (
          existsSync(zipped) ? gunzipSync(readFileSync(zipped)) : readFileSync(join(folder, 'trace.txt'))
        ).toString('latin1');
        const whole = await verdictOf(text);
        if (whole === undefined) return;
        const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth;
        const drifts = whole.verdict === 'violated' ? trueDrifts(truth) : 0;
        const wrong: string[] = [];
        let n = 0;
        for (const variant of variants(text, i)) {
          if (n++ % 5 !== 0) continue;
          const judged = judgeDamaged(whole, await verdictOf(variant.text), drifts);
          if (judged.outcome === 'wrong') wrong.push(`${variant.name}: ${judged.why}`);
        }
        expect(wrong).toEqual([]);
      });
    }
  }
});
