// Why: the promise of the tool on real captures. Every capture in fixtures/ is checked against what its scenario saw
// with its own eyes, and one run in several text forms must tell one story.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { judge, type Truth } from '../scripts/truth.ts';
import { check } from '../src/engine/check.ts';
import { InputError } from '../src/util/errors.ts';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

interface Capture {
  /** `5.10/odirect_read_swap.ft` */
  name: string;
  form: string;
  trace: string;
  truth: Truth;
}

const captures = (readdirSync(fixtures, { recursive: true }) as string[])
  .filter((path) => path.endsWith('truth.json'))
  .sort()
  .map((path): Capture => {
    const dir = join(fixtures, path, '..');
    return {
      name: path.replace(/.truth\.json$/, ''),
      form: extname(dir).slice(1),
      trace:
        ['trace.txt', 'trace.txt.gz', 'trace.dat', 'trace.dat.gz', 'perf.data.gz']
          .map((name) => join(dir, name))
          .find((file) => existsSync(file)) ?? dir,
      truth: JSON.parse(readFileSync(join(fixtures, path), 'utf8')),
    };
  });

/** What check says; a trace that is refused (raw, without names) could not be checked. */
async function verdictOf(trace: string) {
  try {
    const { findings, verdict } = await check([trace]);
    return { findings, verdict };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { findings: [], verdict: 'could-not-be-checked' };
  }
}

describe.each([
  { kernel: '5.10', atLeast: 30 },
  { kernel: '6.1', atLeast: 30 },
  { kernel: '6.12', atLeast: 30 },
  { kernel: '7.2', atLeast: 30 },
  { kernel: '7.3', atLeast: 0 },
])('captures of kernel $kernel', ({ kernel, atLeast }) => {
  const own = captures.filter(({ name }) => name.startsWith(`${kernel}/`));

  it('are there', () => {
    expect(own.length).toBeGreaterThan(atLeast);
  });

  it.each(own)('$name', async ({ form, trace, truth }) => {
    const { findings, verdict } = await verdictOf(trace);
    const { falseNegative, falsePositive, wrongPlace } = judge(truth, form, findings, verdict);
    expect({ falseNegative, falsePositive, wrongPlace }).toEqual({
      falseNegative: [],
      falsePositive: [],
      wrongPlace: [],
    });
  });
});

describe('one run in several forms tells one story', () => {
  const runs = groupBy(captures, ({ truth }) => {
    const who = truth.truth.map(({ addr, pid }) => `${pid} ${addr}`).join(', ');
    return `${truth.kernel} ${truth.scenario}: ${who}`;
  });
  const several = [...runs].filter(([, forms]) => forms.length > 1);

  it('there are such runs', () => {
    expect(several.length).toBeGreaterThan(2);
  });

  it.each(several)('%s', async (_run, forms) => {
    const [first, ...others] = await Promise.all(
      forms.map(async ({ form, trace }) => ({ form, story: storyOf(await verdictOf(trace)) })),
    );
    for (const { form, story } of others) expect({ form, story }).toEqual({ form, story: first.story });
  });
});

/** What must not depend on the form of the text. */
function storyOf({ findings }: Awaited<ReturnType<typeof verdictOf>>) {
  return findings.map(({ fingerprint, harm, pin, rule, selfInflicted, severity }) => ({
    fingerprint,
    harm,
    rule,
    selfInflicted,
    severity,
    pin: [pin.pid, pin.address, pin.page, pin.api, pin.flags],
  }));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
