// Text inside of something else: attachments in base64, recordings of a terminal, entries of a journal, pages whose markup
// is gone, pastes in tickets. It is read as the plain text is; what stands around is told, or is a frame and says nothing.
import { describe, expect, it, test } from 'vitest';
import { capture, checked, kindsOfLoss, refusal, said } from './capture.ts';

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const joined = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
const each = (text: string, change: (line: string, i: number) => string): string => joined(linesOf(text).map(change));
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const escaped = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const time = (i: number): string =>
  `14:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`;
const base64 = (text: string, width: number): string =>
  joined(
    Buffer.from(text, 'latin1')
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g')) ?? [],
  );
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...new Array(90).fill(1)]).toString('base64');

/** Breaks where columns are filled up with blanks, and takes one of them. */
function flowed(line: string, lead = ''): string {
  const out: string[] = [];
  let rest = lead + line;
  while (rest.length > 72) {
    const at = rest.lastIndexOf(' ', 72);
    if (at <= lead.length || rest.slice(lead.length, at).trim() === '') break;
    out.push(rest.slice(0, at).trimEnd());
    rest = lead + rest.slice(at + 1);
  }
  return [...out, rest].join('\n');
}

const MAIL = 'From: Ann <ann@example.org>\nSubject: [BUG] pinned page\nMIME-Version: 1.0\n';
const PARTS = (encoding: string, text: string): string =>
  `${MAIL}Content-Type: multipart/mixed; boundary="BBB"\n\n--BBB\nContent-Type: text/plain\n\nHello,\n\n--BBB\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n${PNG}\n--BBB\nContent-Type: text/plain; name="trace.txt"\nContent-Transfer-Encoding: ${encoding}\n\n${text}\n--BBB--\n`;

const SAME: Record<string, (text: string) => string> = {
  base64: (t) => base64(t, 76),
  'base64 in one line': (t) => base64(t, 1e9),
  'base64 with CR LF': (t) => base64(t, 64).replaceAll('\n', '\r\n'),
  'a mail in base64': (t) => `${MAIL}Content-Transfer-Encoding: base64\n\n${base64(t, 76)}`,
  'a mail with a picture and an attachment in base64': (t) => PARTS('base64', base64(t, 76)),
  asciinema: (t) =>
    `${JSON.stringify({ version: 2, width: 238, height: 52 })}\n${(t.match(/[\s\S]{1,1000}/g) ?? []).map((piece, i) => `${JSON.stringify([i / 10, 'o', piece.replaceAll('\n', '\r\n')])}\n`).join('')}`,
  'journalctl -o export': (t) =>
    each(t, (l, i) => `__CURSOR=s=abc;i=${i}\n_TRANSPORT=stdout\n_PID=411\nMESSAGE=${l}\n`),
  'journalctl -o verbose': (t) =>
    each(
      t,
      (l, i) =>
        `Sat 2026-11-28 ${time(i)}.123456 UTC [s=abc;i=${i};b=d]\n    PRIORITY=6\n    _PID=411\n    MESSAGE=${l}`,
    ),
  'journalctl -o json-pretty': (t) =>
    each(t, (l, i) => `{\n\t"__CURSOR" : "s=abc;i=${i}",\n\t"_PID" : "411",\n\t"MESSAGE" : ${JSON.stringify(l)}\n}`),
  'journalctl -o json-seq': (t) => each(t, (l) => `\x1e${JSON.stringify({ _PID: '12', MESSAGE: l })}`),
  'journalctl -o json-sse': (t) => each(t, (l) => `data: ${JSON.stringify({ _PID: '12', MESSAGE: l })}\n`),
  'journalctl -o short-monotonic': (t) =>
    each(
      t,
      (l, i) =>
        `${`[${String(100 + i / 1e4)
          .slice(0, 6)
          .padStart(8, ' ')}.123456]`.replace(/\.\d+\./, '.')} box trace[411]: ${l}`,
    ),
  'the log of LAVA': (t) =>
    each(t, (l, i) => `- ${JSON.stringify({ dt: `2026-11-28T${time(i)}.123456`, lvl: 'target', msg: l })}`),
  'a table of GitHub': (t) =>
    `<table>\n${each(t, (l, i) => `<tr><td id="L${i + 1}" class="blob-num" data-line-number="${i + 1}"></td><td class="blob-code">${escaped(l)}</td></tr>`)}</table>\n`,
  'paragraphs of Outlook': (t) =>
    `<html><head><style>p{margin:0}</style></head><body>\n${each(t, (l) => `<p class=MsoNormal><span style='font-family:"Courier New"'>${escaped(l).replaceAll('  ', '&nbsp; ')}<o:p></o:p></span></p>`)}</body></html>\n`,
  'the source of a page without its markup': (t) => each(t, escaped),
  'the same with numbers': (t) => each(t, (l) => l.replace(/[<>&=]/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`)),
  'a mail program broke lines in blanks': (t) => each(t, (l) => flowed(l)),
  'and quoted them': (t) => each(t, (l) => flowed(l, '> ')),
  'blanks and arrows of a writing program': (t) =>
    each(t, (l) =>
      l
        .replaceAll('  ', ` ${utf8('\u2003')}`)
        .replaceAll('->', utf8('\u2192'))
        .replaceAll('<-', utf8('\u2190')),
    ),
  'the minus sign for hyphens': (t) => t.replaceAll('-', utf8('\u2212')),
  'the times sign in hexadecimal numbers': (t) => t.replaceAll('0x', utf8('0\u00d7')),
  'some lines ended by CR': (t) =>
    linesOf(t)
      .map((l, i) => l + (i % 3 === 0 ? '\r' : '\n'))
      .join(''),
  'lines ended by U+2028': (t) => t.replaceAll('\n', utf8('\u2028')),
  'pages with form feeds': (t) => each(t, (l, i) => (i % 60 === 59 ? `\f${l}` : l)),
  'indented for Markdown': (t) => each(t, (l) => `    ${l}`),
  'grep -n with a blank': (t) => each(t, (l, i) => `${i + 1}: ${l}`),
  'a fence of Markdown': (t) => `\`\`\`text\n${t}\`\`\`\n`,
  'noformat of Jira': (t) => `{noformat}\n${t}{noformat}\n`,
  'code of Jira': (t) => `{code:title=trace|borderStyle=solid}\n${t}{code}\n`,
  'the end of a pager': (t) => `${t}(END)\n`,
  'a patch that adds it': (t) =>
    `diff --git a/t.txt b/t.txt\nnew file mode 100644\nindex 0000000..1234567\n--- /dev/null\n+++ b/t.txt\n@@ -0,0 +1,${linesOf(t).length} @@\n${each(t, (l) => `+${l}`)}`,
};

describe.each([
  '5.10/odirect_read_swap.ft',
  '5.10/odirect_read_swap.perf',
  '5.10/odirect_read_swap.tc',
  '6.12/odirect_read_swap.ft',
])('%s', async (name) => {
  const text = capture(name);
  const plain = await checked(text);

  it.each(Object.keys(SAME))('%s', async (way) => {
    const { findings, traces, verdict } = await checked(SAME[way](text));
    expect({ verdict, said: said({ findings } as typeof plain) }).toEqual({
      verdict: plain.verdict,
      said: said(plain),
    });
    const { events, mmEvents } = plain.traces[0];
    expect(traces[0]).toMatchObject({ events, mmEvents });
    expect(traces[0].lineKinds.bad).toBeUndefined();
  });

  it('a duplicated line is read once, and reported', async () => {
    const lines = linesOf(text);
    const report = await checked(joined([...lines.slice(0, 500), ...lines.slice(470)]));
    expect(said(report)).toEqual(said(plain));
    expect(report.verdict).not.toBe('clean');
    expect(kindsOfLoss(report)).toContain('out-of-order');
    expect(report.traces[0].losses.find(({ kind }) => kind === 'out-of-order')).toMatchObject({
      line: expect.any(Number),
    });
  });

  it('a pointer that lost a digit is not a pointer', async () => {
    let n = 0;
    const torn = text.replaceAll(/ mm=0x[0-9a-f]{16}/g, (mm) => (n++ % 40 === 7 ? mm.slice(0, -3) + mm.slice(-2) : mm));
    const report = await checked(torn);
    // what is gone may leave another rule to speak of it
    expect(said(report).length).toBeLessThanOrEqual(said(plain).length);
    expect(report.verdict).not.toBe('clean');
    expect(kindsOfLoss(report)).toContain('truncated');
  });
});

test('base64 that is cut, or has lines that are none, is not called whole', async () => {
  const text = capture('6.12/odirect_read_swap.ft');
  const packed = linesOf(base64(text, 76));
  for (const damaged of [
    packed.slice(0, -40),
    packed.map((l, i) => (i === 700 ? `${l.slice(0, 30)}\xe9${l.slice(31)}` : l)),
  ]) {
    const report = await checked(joined(damaged));
    expect(report.verdict).not.toBe('clean');
    expect(kindsOfLoss(report)).toContain('truncated');
  }
});

test.each([
  ['base64 of gzip', base64(`\x1f\x8b\x08${'\x01\xfe'.repeat(300)}`, 76), /base64 -d/],
  ['a mail with a picture', `${MAIL}Content-Transfer-Encoding: base64\n\n${PNG}\n`, /mail.*base64/],
])('%s is named', async (_, text, words) => {
  expect(await refusal(text)).toMatch(words);
});
