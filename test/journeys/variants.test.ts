// Ways that traces come: through terminals, mails, logs, programs and editors, several of them one after the other. Where
// it can be mended the answer is that of the plain text; where not, it is a loss or is named. Never is it falsely clean,
// never a finding that the plain text has not, never a prefix in the name of a task.
import { describe, expect, it } from 'vitest';
import { capture, checked, refusal, said } from './capture.ts';

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const joined = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
const each = (text: string, change: (line: string, i: number) => string): string => joined(linesOf(text).map(change));
const pieces = (line: string, width: number): string => line.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? '';
const escaped = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const inString = (line: string): string => line.replaceAll('\\', '\\\\').replaceAll('\t', '\\t');
const time = (i: number): string => `14:${String(i % 60).padStart(2, '0')}:07`;

function wrapped(line: string, width: number, indent = ''): string {
  const out: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width);
    if (at <= 0 || rest.slice(0, at).trim() === '') break;
    out.push(rest.slice(0, at));
    rest = indent + rest.slice(at + 1);
  }
  return [...out, rest].join('\n');
}

/** Blanks as tabs, as `unexpand -a` and editors make them. */
const tabbed = (line: string): string =>
  (line.match(/.{1,8}/g) ?? []).map((cell) => (cell.length === 8 ? cell.replace(/ {2,}$/, '\t') : cell)).join('');

/** What can be taken off: the same events and findings. */
const MENDED: Record<string, (text: string) => string> = {
  'quoted, then wrapped': (t) => each(t, (l) => wrapped(`> ${l}`, 76)),
  'wrapped, then quoted twice': (t) =>
    each(
      each(t, (l) => wrapped(l, 74)),
      (l) => `> > ${l}`,
    ),
  'wrapped with blanks before what goes on': (t) => each(t, (l) => wrapped(l, 78, '    ')),
  'copied from a terminal of 80 columns': (t) => each(t, (l) => pieces(l, 80)),
  'copied from a terminal of 120 columns, quoted': (t) =>
    each(
      each(t, (l) => pieces(l, 120)),
      (l) => `> ${l}`,
    ),
  'a CI stamps, a program colours': (t) => each(t, (l, i) => `2026-11-28T${time(i)}.1Z \x1b[36;1m${l}\x1b[0m`),
  'a program colours its stamp': (t) => each(t, (l, i) => `\x1b[90m[${time(i)}]\x1b[0m ${l}`),
  'logs of Kubernetes': (t) => each(t, (l, i) => `2026-11-28T${time(i)}.123456789Z stdout F ${l}`),
  'logs of docker': (t) =>
    each(t, (l, i) => JSON.stringify({ log: `${l}\n`, stream: 'stdout', time: `2026-11-28T${time(i)}Z` })),
  'journalctl -o json': (t) => each(t, (l) => JSON.stringify({ _PID: '12', MESSAGE: l, SYSLOG_IDENTIFIER: 'cat' })),
  'RFC 5424': (t) => each(t, (l, i) => `<13>1 2026-11-28T${time(i)}.123456+00:00 box trace - - - ${l}`),
  'logging of Python': (t) => each(t, (l, i) => `2026-11-28 ${time(i)},123 INFO trace: ${l}`),
  logcat: (t) => each(t, (l, i) => `11-28 ${time(i)}.123  1234  1234 I trace   : ${l}`),
  'bat, with numbers and a bar': (t) => each(t, (l, i) => `${String(i + 1).padStart(4)} ${utf8('│')} ${l}`),
  'a box of tmux': (t) => each(t, (l) => `${utf8('│')} ${l.padEnd(240)} ${utf8('│')}`),
  'filled up with blanks': (t) => each(t, (l) => l.padEnd(240)),
  'uniq -c': (t) => each(t, (l) => `      1 ${l}`),
  'diff <': (t) => each(t, (l) => `< ${l}`),
  'UTF-16 of PowerShell': (t) => utf16(t.replaceAll('\n', '\r\n')).toString('latin1'),
  'UTF-16, the other byte order': (t) => utf16(t).swap16().toString('latin1'),
  'UTF-16 without its mark': (t) => utf16(t).subarray(2).toString('latin1'),
  'UTF-8 with its mark': (t) => `\xef\xbb\xbf${t}`,
  'tabs instead of spaces': (t) => each(t, tabbed),
  'blanks run together': (t) => each(t, (l) => l.replace(/ {2,}/g, ' ').trimStart()),
  'hyphens and points of a writing program': (t) =>
    each(t, (l) => l.replaceAll('...', utf8('…')).replaceAll('-', utf8('–'))),
  'hyphens that show only where a line ends': (t) => each(t, (l) => l.replaceAll('_', utf8('_\u00ad'))),
  'a table with numbers in its cells': (t) =>
    `<table>\n${each(t, (l, i) => `<tr><td class="n">${i + 1}</td><td>${escaped(l)}</td></tr>`)}</table>\n`,
  'a <div> with <br> and &nbsp;': (t) =>
    `<div>${each(t, (l) => `${escaped(l).replaceAll('  ', '&nbsp; ')}<br>`)}</div>\n`,
  'a table of mysql': (t) => `+--+\n| line |\n+--+\n${each(t, (l) => `| ${l.padEnd(300)} |`)}+--+\n`,
  'statements of SQL': (t) => each(t, (l) => `INSERT INTO trace VALUES ('${l}');`),
  'sections of XML': (t) => `<?xml version="1.0"?>\n<all>\n${each(t, (l) => `<log><![CDATA[${l}]]></log>`)}</all>\n`,
  'a list of Python, a string per line': (t) =>
    `[${linesOf(t)
      .map((l) => `'${inString(l)}'`)
      .join(',\n ')}]\n`,
  'a program wrote its progress before some lines': (t) => each(t, (l, i) => (i % 20 === 5 ? `${i}%\r${l}` : l)),
  'each line twice: two consoles': (t) => each(t, (l) => `${l}\n${l}`),
  'without comments': (t) => joined(linesOf(t).filter((l) => !l.startsWith('#'))),
};

/** What was read, and is not called whole. */
const TOLD: Record<string, (text: string) => string> = {
  'one string of Python': (t) => `b'${inString(t).replaceAll('\n', '\\n')}'\n`,
  'a list of strings': (t) =>
    `[${linesOf(t)
      .map((l) => `'${inString(l)}\\n'`)
      .join(', ')}]\n`,
  'stdout_lines of ansible': (t) =>
    `ok: [box] => {\n    "stdout_lines": [\n${linesOf(t)
      .map((l) => `        ${JSON.stringify(l)}`)
      .join(',\n')}\n    ]\n}\n`,
};

/** Other lines around it: told, unless the header counts as many events as there are. */
const AROUND: Record<string, (text: string) => string> = {
  'a mail around it': (t) => `From: a@b\nSubject: trace\n\nHello,\n\n${t}-- \nJoe\n`,
  'a fence of Markdown in a list': (t) => `1. run it\n\n   \`\`\`text\n${each(t, (l) => `   ${l}`)}   \`\`\`\n2. see\n`,
  script: (t) =>
    `Script started on 2026-11-28 14:56:22+00:00\r\n\x1b]0;root@box: ~\x07root@box:~# cat trasc\b\x1b[K\b\x1b[Kce\r\n${t.replaceAll('\n', '\r\n')}root@box:~# exit\r\n`,
};

/** What is gone is a loss. */
const LOST: Record<string, (text: string) => string> = {
  'a block of zeros within': (t) =>
    joined([...linesOf(t).slice(0, 200), '\0'.repeat(512), ...linesOf(t).slice(200)]).replace('\0\n', '\0'),
  'one CPU cut at column 110': (t) => each(t, (l) => (l.includes('[000]') ? l.slice(0, 110) : l)),
  'less -S': (t) => each(t, (l) => (l.length > 158 ? `${l.slice(0, 157)}>` : l)),
  'ends of rg -M': (t) => each(t, (l) => (l.length > 150 ? `${l.slice(0, 150)} [... omitted end of long line]` : l)),
  'points instead of the end': (t) => each(t, (l) => (l.length > 140 ? `${l.slice(0, 137)}...` : l)),
  'part of it left out, and said': (t) => joined([...linesOf(t).slice(0, 60), '[...]', ...linesOf(t).slice(260)]),
  'head -c': (t) => t.slice(0, Math.floor(t.length * 0.6)),
  'sort -u': (t) => joined([...new Set(linesOf(t))].sort()),
  'the same twice, the second without its head': (t) => t + joined(linesOf(t).filter((l) => !l.startsWith('#'))),
  'every fiftieth end of line lost': (t) =>
    linesOf(t)
      .map((l, i) => l + (i % 50 === 49 ? '' : '\n'))
      .join(''),
};

const CAPTURES = ['5.10/odirect_read_swap.ft', '5.10/odirect_read_swap.perf', '6.12/vmsplice_self_fork.ft-tgid'];

describe.each(CAPTURES)('%s', async (name) => {
  const text = capture(name);
  const plain = await checked(text);
  const numbers = { events: plain.traces[0].events, mmEvents: plain.traces[0].mmEvents };

  it.each(Object.keys(MENDED))('%s', async (way) => {
    const { findings, traces, verdict } = await checked(MENDED[way](text));
    // what the kernel printed in place of a name is not ours to mend
    expect(said({ findings } as typeof plain)).toEqual(said(plain));
    expect(verdict).toBe(plain.verdict);
    expect(traces[0]).toMatchObject(numbers);
  });

  it.each(Object.keys(TOLD))('%s', async (way) => {
    const report = await checked(TOLD[way](text));
    expect(said(report)).toEqual(said(plain));
    expect(report.traces[0].mmEvents).toBe(numbers.mmEvents);
    // a header counts the lines
    if (text.startsWith('#')) expect(report).toMatchObject({ verdict: plain.verdict, traces: [{ losses: [] }] });
    else expect(report.traces[0].losses).not.toEqual([]);
  });

  it.each(Object.keys(AROUND))('%s', async (way) => {
    const report = await checked(AROUND[way](text));
    expect(said(report)).toEqual(said(plain));
    expect(report.traces[0].mmEvents).toBe(numbers.mmEvents);
    if (/^# entries-in-buffer/m.test(text)) {
      expect(report.verdict).toBe(plain.verdict);
      expect(report.traces[0].losses).toEqual(plain.traces[0].losses);
    } else expect(report.traces[0].losses).not.toEqual([]);
  });

  it.each(Object.keys(LOST))('%s', async (way) => {
    const report = await checked(LOST[way](text));
    expect(report.verdict).not.toBe('clean');
    expect(report.traces[0].losses).not.toEqual([]);
    for (const finding of said(report)) expect(said(plain)).toContain(finding);
  });
});

describe('a head that counts more events than there are', async () => {
  const text = capture('6.12/vmsplice_self_fork.ft-tgid');
  it.each<[string, (line: string) => boolean]>([
    ['grep -v', (line) => !line.includes('rmap_del')],
    ['one CPU', (line) => !line.includes('[001]')],
  ])('%s', async (_, keeps) => {
    const { traces, verdict } = await checked(joined(linesOf(text).filter(keeps)));
    expect(verdict).not.toBe('clean');
    expect(traces[0].losses).toMatchObject([
      { kind: 'truncated', reason: expect.stringMatching(/header counts 1,163/) },
    ]);
  });
});

it('what precedes a task and is in no list is not part of its name', async () => {
  const text = each(capture('5.10/odirect_read_swap.perf'), (l, i) => `build ${i} of job nightly: ${l.trimStart()}`);
  for (const finding of said(await checked(text).catch(() => ({ findings: [] }) as never)))
    expect(finding).not.toContain('job');
});

it.each([
  [
    'a mail with an attachment',
    'From: a@b\nContent-Transfer-Encoding: base64\n\nIyB0cmFjZXI6IG5vcAo=\n',
    /mail.*base64/,
  ],
  [
    'base64',
    `${'IyB0cmFjZXI6IG5vcAojCiMgZW50cmllcy1pbi1idWZmZXIvZW50cmllcy13cml0dGVuOiAxMjk5\n'.repeat(4)}`,
    /base64 -d/,
  ],
  [
    'a hex dump',
    '00000000  23 20 74 72 61 63 65 72  3a 20 6e 6f 70 0a 23 0a  |# tracer: nop.#.|\n'.repeat(3),
    /hex dump/,
  ],
  ['RTF', '{\\rtf1\\ansi\\deff0 {\\fonttbl {\\f0 Courier;}}\nhello\\line\n}\n', /RTF/],
])('%s is named', async (_, text, words) => {
  expect(await refusal(text)).toMatch(words);
});
