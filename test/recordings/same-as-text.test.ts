// A recording and the whole text of it say the same: the same mm events one by one, and the same findings.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { fileInput } from '../../src/engine/reading/input.ts';
import { Reading } from '../../src/engine/reading/reading.ts';
import { KIND_NAMES, Kind } from '../../src/vocabulary/kinds.ts';
import { Slot, STRIDE } from '../../src/vocabulary/record.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

interface Capture {
  name: string;
  recording: string;
  text: string;
}

const captures = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(join(fixtures, name)).map((capture) => join(name, capture)))
  .flatMap((name): Capture[] => {
    const one = (...files: string[]) =>
      files.map((file) => join(fixtures, name, file)).find((path) => existsSync(path));
    const recording = one('trace.dat', 'trace.dat.gz', 'perf.data', 'perf.data.gz');
    const text = one('report-ns.txt.gz', 'report.txt.gz');
    return recording === undefined || text === undefined ? [] : [{ name, recording, text }];
  });

const SLOTS = [
  Slot.CPU,
  Slot.PID,
  Slot.MM,
  Slot.ADDR,
  Slot.END,
  Slot.PAGE,
  Slot.OTHER,
  Slot.N,
  Slot.FLAGS,
  Slot.PTE_HI,
  Slot.PTE_LO,
];

/** Each mm event in words; times in us, since the text of trace-cmd has no more. */
async function records(path: string): Promise<string[]> {
  const reading = await Reading.open(fileInput(path));
  const out: string[] = [];
  try {
    reading.start({
      onBatch: ({ rows, length }) => {
        for (let o = 0; o < length * STRIDE; o += STRIDE) {
          if (rows[o] === Kind.lost) continue;
          const us = Math.floor((rows[o + Slot.TS] + 1e9 * reading.head.timeBase + 500) / 1000);
          out.push([KIND_NAMES[rows[o]], us, ...SLOTS.map((slot) => rows[o + slot])].join(' '));
        }
      },
    });
    while (await reading.advance());
  } finally {
    reading.close();
  }
  return out;
}

describe.each(captures)('$name', ({ recording, text }) => {
  it('the same mm events', async () => {
    const [of, ofText] = [await records(recording), await records(text)];
    expect(of.length).toBeGreaterThan(500);
    expect(of).toEqual(ofText);
  });

  it('the same findings', async () => {
    const report = await check([recording]);
    const ofText = await check([text], { kernel: report.traces[0].kernel });
    // what perf lost stands in its recording only, and makes findings less sure
    const lost = report.traces[0].losses.length > ofText.traces[0].losses.length;
    const words = ({ findings }: typeof report) =>
      findings.map(({ rule, severity, pin }) => `${rule} ${lost ? '' : severity} ${pin.pid} ${pin.address} ${pin.pfn}`);
    expect(words(report)).toEqual(words(ofText));
    // the text of perf does not say that nothing was lost, its recording does
    const unsure = recording.includes('perf.data') && ofText.verdict === 'could-not-be-checked';
    if (!lost) expect(report.verdict).toEqual(unsure ? 'clean' : ofText.verdict);
    else expect(report.verdict).not.toBe('clean');
  });
});

it('there are recordings of both tools', () => {
  expect(
    captures.map(({ recording }) => recording).filter((path) => path.includes('trace.dat')).length,
  ).toBeGreaterThan(2);
  expect(
    captures.map(({ recording }) => recording).filter((path) => path.includes('perf.data')).length,
  ).toBeGreaterThan(2);
});
