// What is pasted into a tracker.
import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { render } from './render.ts';
import { hostile, odirect, undecided } from './samples.ts';

/** What a GFM renderer makes of it when it lets HTML through. */
function html(markdown: string): string {
  return micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  });
}

function elements(markdown: string): string[] {
  return Array.from(html(markdown).matchAll(/<(?!\/|!-- -->)([^\s>]*)/g), (match) => match[1] ?? '');
}

describe('markdown', () => {
  it.each([
    ['odirect', odirect()],
    ['undecided', undecided()],
  ])('%s', async (name, report) => {
    await expect(await render('markdown', report)).toMatchFileSnapshot(`golden/${name}.md`);
  });

  it('a task cannot write HTML, link, mention people, or leave its cell', async () => {
    const out = await render('markdown', hostile());
    const plain = odirect();
    const known = new Set(elements(await render('markdown', { ...hostile(), findings: plain.findings })));
    expect(elements(out).filter((element) => !known.has(element))).toEqual([]);
    expect(elements(out).filter((element) => element === 'td')).toHaveLength(2 * 5 * 7 + 2);
    // Mentions and references are found in the text after it was rendered, except in code.
    expect(html(out).replace(/<code[\s\S]*?<\/code>/g, '')).not.toMatch(/@\w|#\d/);
  });

  it('nor can any other name', async () => {
    const plain = elements(await render('markdown', odirect()));
    const nasty = fc.string({
      unit: fc.constantFrom(...'`|\\<>&*_~[]()!#@-+=.:/1a \n\t', 'www.', 'http://', '```', '&lt;', '<b>', '<!--'),
    });
    await fc.assert(
      fc.asyncProperty(nasty, async (name) => {
        const report = odirect();
        for (const finding of report.findings) {
          finding.pin.comm = `x${name}`;
          finding.message = `x${name}`;
          for (const step of finding.evidence) {
            Object.assign(step, { task: `x${name}`, fn: `x${name}`, what: `x${name}`, text: `x${name}` });
          }
        }
        expect(elements(await render('markdown', report))).toEqual(plain);
      }),
    );
  });

  it('a line of backticks does not close the fence', async () => {
    const report = odirect();
    const step = report.findings[0]?.evidence[0];
    if (step !== undefined) {
      step.text = '````';
    }
    expect(await render('markdown', report)).toContain('`````text\n````\n');
  });

  it('prose that begins like a list, a heading or a number stays a paragraph', async () => {
    for (const [message, safe] of [
      ['- x', '\\- x'],
      ['# x', '\\# x'],
      ['12. x', '12\\. x'],
      [
        'see http://a.b/c www.a.b #12 @root a_b *c*',
        'see http:<!-- -->//a.b/c w<!-- -->ww.a.b #<!-- -->12 @<!-- -->root a\\_b \\*c\\*',
      ],
    ] as const) {
      const report = odirect();
      report.findings.forEach((finding) => {
        finding.message = message;
      });
      expect(await render('markdown', report)).toContain(`\n\n${safe}\n\n`);
    }
  });
});
