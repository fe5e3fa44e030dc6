// Why: a probe that is hit inside another one's handler is missed, and what it would have said is in no line. Where that may
// have been the release of a pin, nothing certain may rest on the pin's being held.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';

const path = fileURLToPath(new URL('../../fixtures/5.10/odirect_read_swap.ft/trace.txt.gz', import.meta.url));
const trace = gunzipSync(readFileSync(path)).toString('latin1');
const unreleased = trace
  .split('\n')
  .filter((line) => !/: bio_release: /.test(line))
  .join('\n')
  .replace('1299/1299', '1298/1298');

const head = (missed: number): string =>
  [
    '# pindrift-capture: 1',
    '# pindrift-release: 5.10.0-35-amd64',
    '# pindrift-machine: x86_64',
    '# pindrift-page-size: 4096',
    '# pindrift-armed: p:pindrift/bio_release bio_release_pages.part.0 bio=%di:x64 p0=+0(+104(%di)):x64 vcnt=+96(%di):u16',
    `# pindrift-hits: bio_release 1 ${missed}`,
    '',
  ].join('\n');

const drift = async (text: string) => {
  const { findings } = await check([memoryInput('trace', text)]);
  return findings.find(({ rule }) => rule === 'swapin-cow-under-pin');
};

it('a drift of a pin without a release is in doubt where a probe of releases missed hits', async () => {
  const sure = await drift(head(0) + unreleased);
  const unsure = await drift(head(1) + unreleased);
  expect(sure?.doubts.join('\n')).not.toMatch(/missed/);
  expect(unsure).toMatchObject({ confidence: 'low' });
  expect(unsure?.doubts.join('\n')).toMatch(/release probes missed hits, so the pin may have been released earlier/);
});

it('and is as certain as before if the release is in the trace', async () => {
  const [before, now] = [await drift(trace), await drift(head(1) + trace)];
  expect(now?.confidence).toBe(before?.confidence);
});
