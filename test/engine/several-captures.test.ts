// Findings of several captures are numbered on, and each pin goes with its own.
import { expect, it } from 'vitest';
import { checkDetailed } from '../../src/engine/check.ts';
import { fixture, root } from '../commands/run.ts';

it('a pin names the finding of its own capture', async () => {
  const captures = ['5.10/odirect_read_swap.ft', '6.12/odirect_read_swap.ft', '5.10/odirect_read_fork.ft'];
  const { pins, report } = await checkDetailed(
    captures.map((name) => `${root}/${fixture(name)}`),
    { pins: true },
  );
  const told = pins.filter(({ finding }) => finding !== undefined);
  expect(report.findings.map(({ trace }) => trace)).toContain(2);
  expect(told.length).toBeGreaterThan(1);
  for (const pin of told) {
    const finding = report.findings.find(({ n }) => n === pin.finding);
    expect({ trace: finding?.trace, pid: finding?.pin.pid }).toEqual({ trace: pin.trace, pid: pin.pid });
  }
  expect(new Set(told.map(({ finding }) => finding)).size).toBe(told.length);
});
