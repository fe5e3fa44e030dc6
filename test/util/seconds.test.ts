import { expect, it } from 'vitest';
import { secondsText } from '../../src/util/seconds.ts';

it.each([
  [936086000, 68, 6, '68.936086'],
  [1e9 + 5, 68, 9, '69.000000005'],
  [-1, 0, 9, '-0.000000001'],
  [33_380_000, -7, 6, '-6.966620'],
  [-40_000_000, -7, 6, '-7.040000'],
  [0, -7, 6, '-7.000000'],
])('%d ns after second %d, with %d digits', (ns, base, digits, text) => {
  expect(secondsText(ns, base, digits)).toBe(text);
});
