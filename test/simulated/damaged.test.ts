// Why: a ring buffer has wrapped, a probe was not armed, lines were lost. What is then not known must neither become an error
// that is certain, nor, where a page parted, a clean verdict. PINDRIFT_SIMULATED=1000 runs so many seeds.
import { describe, expect, it } from 'vitest';
import { Random } from '../../fuzz/random.ts';
import { check } from '../../src/program.ts';
import { ERAS } from './differences.ts';
import { simulate } from './processes.ts';
import { isTrue } from './truth.ts';

const SEEDS = Number(process.env.PINDRIFT_SIMULATED ?? 12);
const AT_ONCE = 4;

interface Damage {
  readonly name: string;
  readonly text: string;
  /** pins that parted may be older than what is left */
  readonly isCut: boolean;
}

const kindOf = (line: string): string | undefined => /: (\w+)[:(]/.exec(line.slice(40))?.[1];

/** What a capture of the same events may look like. */
function damages(text: string, random: Random): Damage[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const body = lines.filter((line) => !line.startsWith('#'));
  const head = lines.slice(0, 2);
  const kinds = [...new Set(body.map(kindOf))];
  const of = (name: string, left: readonly string[], isCut = false): Damage => ({
    name,
    text: `${[...head, ...left].join('\n')}\n`,
    isCut,
  });
  const made: Damage[] = [];
  for (const most of [20, 300]) {
    const at = random.below(body.length);
    const lost = 1 + random.below(most);
    const cpu = Number(/\[(\d+)\]/.exec(body[at])?.[1]);
    const marked = [...body.slice(0, at), `CPU:${cpu} [LOST ${lost} EVENTS]`, ...body.slice(at + lost)];
    made.push(of(`${lost} lost at ${at}`, marked));
  }
  for (let n = 0; n < 2; n++) {
    const kind = random.of(kinds);
    const without = body.filter((line) => kindOf(line) !== kind);
    made.push(of(`without ${kind}`, without));
  }
  const from = random.below(body.length);
  made.push(of(`from ${from}`, body.slice(from), true), of(`up to ${from}`, body.slice(0, from), true));
  const kind = random.of(kinds);
  const fields = body.flatMap((line) => (kindOf(line) === kind ? [...line.matchAll(/ (\w+)=/g)] : []));
  if (fields.length > 0) {
    const [, field] = random.of(fields);
    const cut = new RegExp(` ${field}=\\S*`);
    const left = body.map((line) => (kindOf(line) === kind ? line.replace(cut, '') : line));
    made.push(of(`without ${field} of ${kind}`, left));
  }
  return made;
}

describe.each(ERAS)('damaged traces of a simulated $name kernel', (era) => {
  for (let first = 1; first <= SEEDS; first += AT_ONCE)
    it(`are told nothing wrong, ${first} to ${Math.min(SEEDS, first + AT_ONCE - 1)}`, {
      timeout: 120_000,
    }, async () => {
      const found: string[] = [];
      for (let seed = first; seed < first + AT_ONCE && seed <= SEEDS; seed++) {
        const { memory, pins, text } = simulate(seed, era);
        if (pins.length === 0) continue;
        const parted = pins.some(({ copied, due }) => due === 'warning' && copied === 'in time');
        for (const damage of damages(text, new Random(seed))) {
          const { findings, verdict } = await check({ name: damage.name, text: damage.text });
          const wrong = findings.filter(
            (finding) =>
              finding.severity === 'error' && finding.confidence === 'certain' && !isTrue(finding, pins, memory),
          );
          found.push(...wrong.map(({ rule, pin }) => `seed ${seed}, ${damage.name}: ${rule} of ${pin.pfn}`));
          if (parted && !damage.isCut && verdict === 'clean') found.push(`seed ${seed}, ${damage.name}: clean`);
        }
      }
      expect(found).toEqual([]);
    });
});
