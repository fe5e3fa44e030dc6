// A trace is written by whoever ran on that machine. Nothing of it may act where a report is read.
import { describe, expect, it } from 'vitest';
import { describeFormat, reportFormats } from '../../src/report/index.ts';
import { render } from './render.ts';
import { hostile } from './samples.ts';

// Everything that moves a cursor, hides or turns text, except the newline.
const ACTS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\p{Surrogate}]/u;

const texts = reportFormats.filter((format) => !describeFormat(format).binary);

describe('hostile names', () => {
  it.each(texts)('%s: no control, invisible or direction character', async (format) => {
    const out = await render(format, hostile(), { verbose: true, context: hostile().traces[0]?.losses[0]?.samples });
    expect(out.match(ACTS)?.[0].codePointAt(0)?.toString(16)).toBeUndefined();
    expect(out.endsWith('\n')).toBe(true);
  });

  it.each(reportFormats)('%s: the same report gives the same bytes', async (format) => {
    expect(await render(format, hostile())).toBe(await render(format, hostile()));
  });
});
