// What rules add to a vocabulary is known there and nowhere else, whoever else reads a trace in the same process.
import { describe, expect, it } from 'vitest';
import { replay } from '../../src/program.ts';
import { catalogueFor, OWN_CATALOGUE } from '../../src/vocabulary/catalogue.ts';
import type { Probes } from '../../src/vocabulary/probes.ts';
import { line } from '../store/scratch.ts';

const on = { on: 'entry', fields: { n: 'number' } } as const;

/** The same kind, of other functions and with other fields. */
const ACME = { acmeMap: { function: 'acme_map', events: ['acme'], ...on } } as const satisfies Probes;
const OTHER = {
  acmeMap: { function: 'other_map', on: 'entry', events: ['acme'], fields: { addr: 'address', n: 'mm' } },
} as const satisfies Probes;

const text = Buffer.from(
  [
    'acme: (acme_map+0x0/0x20 [acme]) n=7 addr=0x1000',
    'acme: (other_map+0x0/0x20 [other]) n=0xffff88e44106c200 addr=0x2000',
    'acme: (ffffffffc0aa0010) n=5 addr=0x3000',
    'fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106c200 addr=0x7f08d439b000 flags=0x1255',
  ]
    .map((l) => line(l))
    .join(''),
);

async function fieldsOf(probes: typeof ACME | typeof OTHER): Promise<string[]> {
  const seen: string[] = [];
  const acmeMap = ({ fields }: { fields: object }) => void seen.push(JSON.stringify(fields));
  await replay({ name: 'trace', text }, () => ({ events: { acmeMap } }) as never, { probes: probes as typeof ACME });
  return seen;
}

describe('two vocabularies in one process', () => {
  it('give one kind two meanings, side by side and one after the other', async () => {
    const [acme, other] = await Promise.all([fieldsOf(ACME), fieldsOf(OTHER)]);
    expect(acme).toEqual(['{"n":7}', '{"n":5}']);
    expect(other).toHaveLength(2);
    expect(other.map((fields) => JSON.parse(fields).addr)).toEqual([0x2000, 0x3000]);
    expect(await fieldsOf(ACME)).toEqual(acme);
  });

  it('leave the built-in kinds unchanged', async () => {
    await fieldsOf(ACME);
    expect(OWN_CATALOGUE.kind('acmeMap')).toBeUndefined();
    expect(OWN_CATALOGUE.probed('acme', undefined, false)).toBeUndefined();
    expect(catalogueFor([{ probes: ACME }]).kind('acmeMap')).toBe(OWN_CATALOGUE.kindNames.length);
    await expect(replay({ name: 'trace', text }, () => ({ events: { acmeMap() {} } }) as never)).rejects.toThrow(
      /no such kind/,
    );
  });

  it('but the rules of one check have to agree', () => {
    expect(catalogueFor([{ probes: ACME }]).with(OTHER)).toMatch(/defines this kind differently/);
    expect(catalogueFor([{ probes: ACME }, { probes: ACME }]).probes).toEqual(ACME);
  });
});
