// Why: no rule and no model may write a finding that its own lines speak against.
import { describe, expect, it } from 'vitest';
import { contradiction, contradictions, holds } from '../../src/engine/findings/contradiction.ts';
import type { Group } from '../../src/engine/findings/drafts.ts';

interface Lines {
  taken: number;
  parted?: number;
  fault?: number;
  released?: number;
  presumed?: boolean;
}

function group({ taken, parted, fault, released, presumed = false }: Lines): Group {
  const at = (line: number | undefined) => (line === undefined ? undefined : { line, order: line });
  const pin = { call: { at: at(taken) }, releasedAt: at(released), presumed };
  const drift = parted === undefined ? undefined : { pin, at: at(parted), fault: at(fault) };
  return { main: { rule: { meta: { id: 'x' } }, report: { pin } }, also: [], drift, harm: [] } as unknown as Group;
}

describe('a finding and its lines', () => {
  it.each<[string, Lines]>([
    ['released behind', { taken: 1, fault: 4, parted: 5, released: 9 }],
    ['never released', { taken: 1, parted: 5 }],
    ['found in other use', { taken: 1, parted: 5, released: 3, presumed: true }],
    ['no drift', { taken: 1, released: 3 }],
  ])('agree: %s', (_what, lines) => expect(contradiction(group(lines))).toBeUndefined());

  it.each<[string, Lines]>([
    ['released before the drift', { taken: 1, parted: 5, released: 3 }],
    ['drift before it was pinned', { taken: 6, parted: 5 }],
    ['released before it was pinned', { taken: 6, released: 3 }],
    ['before the write fault', { taken: 1, fault: 7, parted: 5 }],
  ])('do not: %s', (why, lines) => {
    expect(contradiction(group(lines))).toContain(why.replace(/^\w+ /, ''));
    expect(() => holds(group(lines))).toThrow('contradicts its evidence');
    contradictions.isError = false;
    expect(holds(group(lines))).toBe(false);
    contradictions.isError = true;
  });
});
