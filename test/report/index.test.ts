// The registry and what it loads agree.
import { describe, expect, it } from 'vitest';
import { loadReporter, pieces, reportFormats } from '../../src/report/index.ts';

describe('the registry', () => {
  it.each(reportFormats)('%s loads itself', async (format) => {
    const reporter = await loadReporter(format);
    expect(reporter.id).toBe(format);
  });

  it('gives text, bytes and pieces alike', () => {
    expect([...pieces('a')]).toEqual(['a']);
    expect([...pieces(new Uint8Array([1]))]).toEqual([new Uint8Array([1])]);
    expect([...pieces(['a', 'b'])]).toEqual(['a', 'b']);
  });
});
