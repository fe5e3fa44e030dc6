// `show N`: one finding, step by step.
import { describe, expect, it } from 'vitest';
import { render } from './render.ts';
import { hostile, odirect, withStack } from './samples.ts';

describe('story', () => {
  it.each([80, 160])('the O_DIRECT story at %d columns', async (width) => {
    await expect(await render('story', withStack(), { width, finding: 1 })).toMatchFileSnapshot(
      `golden/odirect.story-${width}.txt`,
    );
  });

  it('context lines stand around the step they are closest to, and none twice', async () => {
    const context = [
      { line: 647, text: 'just before the copy' },
      { line: 648, text: 'the copy itself' },
      { line: 649, text: 'a line of its stack' },
      { line: 652, text: 'just after its stack' },
    ];
    const out = (await render('story', withStack(), { finding: 1, context })).split('\n');
    const at = (text: string) => out.findIndex((line) => line.endsWith(text));
    expect(at('    647 | just before the copy')).toBe(at(withStack().findings[0]?.evidence[3]?.text ?? '') - 1);
    expect(at('    652 | just after its stack')).toBe(at("[unknown/kretprobe'd]") + 1);
    expect(out.join('\n')).not.toMatch(/the copy itself|a line of its stack/);
  });

  it('without a number every finding is shown', async () => {
    const out = await render('story', hostile());
    expect(out).toContain('finding 1 of 2: ');
    expect(out).toContain('finding 2 of 2: ');
    expect(await render('story', hostile(), { finding: 2 })).not.toContain('finding 1 of 2: ');
  });

  it('a number that does not exist', async () => {
    expect(await render('story', odirect(), { finding: 7 })).toBe('no finding 7 in 1 finding\n');
  });
});
