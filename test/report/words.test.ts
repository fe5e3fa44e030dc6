// What is said of reasons, fixes and advice.
import { describe, expect, it } from 'vitest';
import { adviceWords, fixWords } from '../../src/report/shared/fix-words.ts';
import { shellWord, wrapTip } from '../../src/report/shared/format.ts';
import { reasonWords } from '../../src/report/shared/words.ts';
import { odirect } from './samples.ts';

describe('reasons of undecided rules', () => {
  it('names what was never seen once, a function with its return', () => {
    const return_ = 'return of make_device_exclusive';
    expect(reasonWords(['make_device_exclusive (never seen)', `${return_} (never seen)`, 'a or b (never seen)'])).toBe(
      'never seen: make_device_exclusive and its return; a or b',
    );
  });

  it('keeps other reasons, ahead of what this kernel does not have', () => {
    expect(reasonWords(['x (not in era 5.10)', 'y (never seen)', 'events were lost in 2 places'])).toBe(
      'events were lost in 2 places; never seen: y; not in era 5.10: x',
    );
    expect(reasonWords([])).toBe('no reason given');
  });
});

describe('a fix', () => {
  const [trace] = odirect().traces;
  const said = (fix: string, kernel: string) => fixWords(fix, trace && { ...trace, kernel });

  it.each([
    ['a1a1a1a1a1a1 ("x") (in v5.19)', '5.10.223', 'in v5.19, newer than this kernel: a1a1a1a1a1a1 ("x")'],
    [
      'a1a1a1a1a1a1 ("x") (in v5.9)',
      '5.10.223',
      'in v5.9, which this kernel has and which did not prevent this: a1a1a1a1a1a1 ("x")',
    ],
    [
      'a1a1a1a1a1a1 ("x") (in v5.11, 5.10.y)',
      '5.10.223',
      'in v5.11, and backported to 5.10.y, which may be in this kernel: a1a1a1a1a1a1 ("x")',
    ],
    [
      'a1a1a1a1a1a1 ("x") (in v6.8, 6.1.y, 6.6.y)',
      '6.1.0-18-amd64',
      'in v6.8, and backported to 6.1.y, which may be in this kernel: a1a1a1a1a1a1 ("x")',
    ],
    ['a1a1a1a1a1a1 ("x") (in v6.8, 6.1.y, 6.6.y)', '6.2.1', 'in v6.8, newer than this kernel: a1a1a1a1a1a1 ("x")'],
  ])('%s on %s', (fix, kernel, words) => {
    expect(said(fix, kernel)).toBe(words);
  });
});

describe('advice', () => {
  const advised = (fixedBy: string[], advice: string | undefined, kernel: string) => {
    const [finding] = odirect().findings;
    const [trace] = odirect().traces;
    if (finding === undefined || trace === undefined) throw new Error('the sample has none');
    return adviceWords({ ...finding, fixedBy, advice }, { ...trace, kernel });
  };
  const fix = '1493a1913e34 ("mm/swap: ...") (in v5.19)';

  it('is to move to a kernel with the fix only where one is newer', () => {
    expect(advised([fix], 'use mlock', '5.10.0-30-amd64')).toBe('move to a kernel with the fix; until then use mlock');
    expect(advised([fix], undefined, '5.10.0-30-amd64')).toBe('move to a kernel with the fix');
    expect(advised([fix], 'use mlock', '6.1.0-18-amd64')).toBe('use mlock');
    expect(advised([], 'use mlock', '5.10.0-30-amd64')).toBe('use mlock');
  });
});

describe('commands to copy', () => {
  it('stay on a line, however long', () => {
    const command = `\`pindrift coverage ${'long/'.repeat(20)}trace.txt\``;
    expect(wrapTip(`${command} lists everything`, 40)).toEqual([command, 'lists everything']);
  });

  it('quote a path that a shell would split', () => {
    expect(shellWord('a/b-1.txt.gz')).toBe('a/b-1.txt.gz');
    expect(shellWord("it's\n.txt")).toBe(`$'it\\'s\\x0a.txt'`);
    expect(shellWord("it's here.txt")).toBe(`'it'\\''s here.txt'`);
    expect(shellWord('-x')).toBe("'-x'");
  });
});
