// The registry and what it loads agree.
import { describe, expect, it } from 'vitest';
import { loadReporter, pieces, reportFormats } from '../../src/report/index.ts';

describe('the registry', () => {
  it('each format loads a reporter of its own', async () => {
    const reporters = await Promise.all(reportFormats.map(loadReporter));
    expect(new Set(reporters).size).toBe(reportFormats.length);
  });

  it('gives text, bytes and pieces alike', () => {
    expect([...pieces('a')]).toEqual(['a']);
    expect([...pieces(new Uint8Array([1]))]).toEqual([new Uint8Array([1])]);
    expect([...pieces(['a', 'b'])]).toEqual(['a', 'b']);
  });
});
