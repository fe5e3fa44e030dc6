// Patterns that recognise a line of a trace inside any wrapping.
import { describe, expect, it } from 'vitest';
import { hasEvent, isEventLine } from '../../src/parsers/detect/looks.ts';

describe('a line of perf script', () => {
  it.each([
    'scn 201 [001]    19.724130: probe:do_wp_page: (ffffffff81)',
    'scn    201/202    19.724130:     250 cpu-clock: ',
  ])('is found behind any number of blanks: %s', (line) => {
    expect(isEventLine(line)).toBe(true);
    expect(hasEvent(`> ${line}`)).toBe(true);
    expect(hasEvent(line.replace('scn', `#${' '.repeat(1000)}`))).toBe(true);
  });

  it('is not looked for at each blank of a long line', () => {
    expect(hasEvent(`#${' '.repeat(1 << 20)}`)).toBe(false);
  });
});
