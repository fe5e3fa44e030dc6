// The table as a spreadsheet or pandas reads it.
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { render } from './render.ts';
import { cleanReport, hostile, odirect } from './samples.ts';

const parse = (text: string) => Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });

describe('csv', () => {
  it('one row per finding', async () => {
    const { data, errors } = parse(await render('csv', odirect()));
    expect(errors).toEqual([]);
    expect(data).toEqual([
      expect.objectContaining({
        n: '1',
        rule: 'swapin-cow-under-pin',
        self_inflicted: 'false',
        harm: 'lost-dma-write',
        tgid: '157',
        comm: 'scn',
        address: '0x7f02b2792000',
        flags: 'FOLL_GET|FOLL_WRITE',
        pin_time: '385083000',
        mapped_pfn: '0x7fb6a',
        evidence: 'pin:331; unmap:599; swap-in:639; copy:648; i/o end:660',
        first_line: '331',
        last_line: '660',
      }),
    ]);
  });

  it('no findings: the names of the columns', async () => {
    const out = await render('csv', cleanReport());
    expect(out.split('\n')).toEqual([expect.stringMatching(/^n,trace,rule,.*,fingerprint$/), '']);
  });

  it('names with quotes, commas and newlines stay in their cell, and no cell is a formula', async () => {
    const { data, errors } = parse(await render('csv', hostile()));
    expect(errors).toEqual([]);
    expect(data).toHaveLength(2);
    expect(data[0]?.comm).toContain('"\'&`|,\\x0a\\x0d@root');
    expect(data.flatMap((row) => Object.values(row)).filter((cell) => /^[=+\-@]/.test(cell))).toEqual([]);
    expect(data[1]?.trace).toBe('standard input');
  });
});
