// The small pieces all reports are written with.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clean,
  clip,
  columns,
  duration,
  pad,
  padLeft,
  relativeTime,
  timeDigits,
  verbatim,
  wrap,
} from '../../src/report/shared/format.ts';
import { count } from '../../src/util/count.ts';

describe('times', () => {
  it('are exact to the last digit', () => {
    expect(relativeTime(1_493_161_768, 1_493_161_768, 'ns', 6)).toBe('0.000000');
    expect(relativeTime(9_007_199_254_740_991, 1, 'ns', 9)).toBe('+9007199.254740990');
    expect(relativeTime(1_000_000_001, 2_000_000_002, 'ns', 9)).toBe('-1.000000001');
    expect(relativeTime(1213, 1000, 'ticks', 6)).toBe('+213');
  });

  it('have nine digits only where the trace has', () => {
    expect(timeDigits([1000, undefined, 2000])).toBe(6);
    expect(timeDigits([1000, 2001])).toBe(9);
  });

  it('as durations', () => {
    expect([12_000, 999_999, 947_004_000, 61_000_000_000].map((ns) => duration(ns, 'ns'))).toEqual([
      '12 us',
      '1000 us',
      '0.947 s',
      '61.0 s',
    ]);
    expect(duration(1, 'ticks')).toBe('1 tick');
  });
});

describe('text', () => {
  it('wraps at blanks and keeps the blanks inside a line', () => {
    expect(wrap('pfn 0x1  FOLL_GET or so', 17)).toEqual(['pfn 0x1  FOLL_GET', 'or so']);
    expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
    expect(wrap('FOLL_WRITE|FOLL_PIN|FOLL_TOUCH', 24)).toEqual(['FOLL_WRITE|FOLL_PIN|', 'FOLL_TOUCH']);
    expect(wrap('FOLL_WRITE|FOLL_PIN', 5)).toEqual(['FOLL_', 'WRITE', '|', 'FOLL_', 'PIN']);
    expect(wrap('', 10)).toEqual([]);
  });

  it('wrapping loses no character and passes no width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 40 }), (text, width) => {
        const lines = wrap(text, width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        expect(lines.every((line) => columns(line) <= width)).toBe(true);
      }),
    );
  });

  it('wide characters take two columns', () => {
    expect(columns('核')).toBe(2);
    expect(pad('核', 4)).toBe('核  ');
    expect(padLeft('a', 3)).toBe('  a');
  });

  it('tabs of a trace line are blanks, other control characters are written out', () => {
    expect(verbatim('a\tb\x1b[0m')).toBe('a       b\\x1b[0m');
    expect(clean('a\tb\u200f')).toBe('a\\x09b\\u{200f}');
  });

  it('clips in the middle, so that a pid stays', () => {
    expect(clip('a-very-long-name-indeed-4711', 16)).toBe('a-very-lon…-4711');
    expect(clip('short-1', 16)).toBe('short-1');
  });

  it('counts', () => {
    expect([0, 1, 1299, 1_000_000].map((n) => count(n, 'line'))).toEqual([
      '0 lines',
      '1 line',
      '1,299 lines',
      '1,000,000 lines',
    ]);
  });
});
