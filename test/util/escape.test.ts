// Why: everything echoed passes escapeControl(); what it lets through can forge a terminal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControl } from '../../src/util/escape.ts';

describe('escapeControl', () => {
  it('shows a comm that tries to recolour the terminal', () => {
    expect(escapeControl('a\x1b[31mb')).toBe('a\\x1b[31mb');
  });

  it('keeps one value on one line', () => {
    expect(escapeControl('one\ntwo\r\tthree\0')).toBe('one\\x0atwo\\x0d\\x09three\\x00');
  });

  it('escapes DEL and the C1 controls, which some terminals obey', () => {
    expect(escapeControl('\x7f\x80\x9b\x9f')).toBe('\\x7f\\x80\\x9b\\x9f');
  });

  it('escapes bidi controls, which reorder what is read', () => {
    expect(escapeControl('\u202a\u202e\u2066\u2069')).toBe('\\u{202a}\\u{202e}\\u{2066}\\u{2069}');
  });

  it('leaves every other character alone', () => {
    const text = "kworker/u8:1-events_unbound [x] it's äöü 漢字 🙂 \u00a0\u2065\u206a";
    expect(escapeControl(text)).toBe(text);
  });

  it('never lets a control character through, and is stable on its own output', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeControl(text);
        expect(escaped).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
        expect(escapeControl(escaped)).toBe(escaped);
      }),
    );
  });
});
