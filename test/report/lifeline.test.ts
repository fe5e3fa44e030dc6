// What is drawn of a pin follows from the roles of its steps.
import { describe, expect, it } from 'vitest';
import { choosePins, hasPin, lives, mappingSpans, partingIndex, uses } from '../../src/report/shared/lifeline.ts';
import { manyLives, odirectLife } from './lives.ts';
import { odirect } from './samples.ts';

describe('what the address maps', () => {
  it('the 5.10 story: mapped, swapped out, swapped in, another page', () => {
    expect(mappingSpans(['pin', 'unmap', 'swap-in', 'copy', 'i/o end'], 3)).toEqual([
      { step: 0, mapping: 'mapped' },
      { step: 1, mapping: 'swapped' },
      { step: 2, mapping: 'mapped' },
      { step: 3, mapping: 'other' },
    ]);
  });

  it('fork, then the parent writes', () => {
    expect(mappingSpans(['pin', 'fork', 'wp fault', 'copy'], 3).map(({ mapping }) => mapping)).toEqual([
      'mapped',
      'shared',
      'other',
    ]);
  });

  it('fork with an early copy: nothing changed for the parent', () => {
    expect(mappingSpans(['pin', 'fork', 'early copy'], undefined).map(({ mapping }) => mapping)).toEqual([
      'mapped',
      'shared',
      'mapped',
    ]);
  });

  it('unmapped, then touched again: a page of its own', () => {
    expect(mappingSpans(['pin', 'zap', 'map'], undefined).at(-1)).toEqual({ step: 2, mapping: 'other' });
  });

  it('what happens to the other page is not followed', () => {
    expect(mappingSpans(['pin', 'copy', 'unmap', 'swap-in'], 1).at(-1)).toEqual({ step: 1, mapping: 'other' });
  });
});

describe('when the page is in use', () => {
  it('from submit to end, the oldest first', () => {
    expect(uses(['pin', 'i/o submit', 'i/o submit', 'i/o end', 'i/o end'])).toEqual([
      { from: 1, to: 3 },
      { from: 2, to: 4 },
    ]);
  });

  it('an end without a submit began with the pin, a pipe has no end', () => {
    expect(uses(['pin', 'i/o end', 'pipe'])).toEqual([
      { from: 0, to: 1 },
      { from: 2, to: undefined },
    ]);
  });
});

describe('pins to draw', () => {
  it('a finding whose pin is not given is drawn from its evidence', () => {
    const [pin, ...rest] = lives({ report: odirect(), pins: [] });
    expect(rest).toEqual([]);
    expect(pin).toMatchObject({ kind: 'GET', write: true, state: 'presumed', finding: 1 });
    expect(partingIndex(pin?.steps ?? [], odirect().findings[0])).toBe(3);
  });

  it('a finding about a page that nobody pinned has no pin', () => {
    const report = odirect();
    const [finding] = report.findings;
    if (finding === undefined) throw new Error('the sample has a finding');
    finding.pin = { flags: [], address: '0x7f02b2792000' };
    finding.evidence = finding.evidence.filter((step) => step.role !== 'pin');
    expect(hasPin(finding)).toBe(false);
    expect(lives({ report, pins: [] })).toEqual([]);
  });

  it('steps are in the order of the trace', () => {
    const { pins, report } = odirectLife();
    const mixed = pins.map((pin) => ({ ...pin, steps: pin.steps.toReversed() }));
    expect(lives({ report, pins: mixed })).toEqual(pins);
  });

  it('of too many, those of findings, those still held and those held longest are kept, in their order', () => {
    const { pins } = manyLives(1000, 5);
    const chosen = choosePins(pins, 20);
    expect(chosen).toHaveLength(20);
    expect(chosen.filter((pin) => pin.finding !== undefined)).toHaveLength(5);
    const held = pins.filter((pin) => pin.state === 'held');
    expect(chosen).toEqual(expect.arrayContaining(held));
    expect(chosen.map((pin) => pin.line)).toEqual(chosen.map((pin) => pin.line).toSorted((a, b) => a - b));
  });
});
