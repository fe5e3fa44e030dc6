// What chat programs, stores of logs, spreadsheets and pages make of a trace when they export it: the same answer; and
// where a part of it is gone it is missed.
import { describe, expect, it } from 'vitest';
import { capture, checked, kindsOfLoss, refusal, said } from './capture.ts';

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const each = (text: string, change: (line: string, i: number) => string): string =>
  `${linesOf(text).map(change).join('\n')}\n`;
const escaped = (line: string): string =>
  line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('  ', '&nbsp;&nbsp;');
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** With its mark, or without. */
function utf32(text: string, little: boolean, mark: boolean): string {
  const out = Buffer.alloc(4 * (text.length + (mark ? 1 : 0)));
  const codes = [...(mark ? [0xfeff] : []), ...Buffer.from(text, 'latin1')];
  for (const [i, code] of codes.entries()) little ? out.writeUInt32LE(code, 4 * i) : out.writeUInt32BE(code, 4 * i);
  return out.toString('latin1');
}

/** A field of the journal with its length. */
function sized(line: string): string {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(line.length));
  return `MESSAGE\n${length.toString('latin1')}${line}`;
}

const SAME: Record<string, (text: string) => string> = {
  'one member of JSON': (t) => `${JSON.stringify({ trace: t })}\n`,
  'messages of Slack': (t) =>
    `${JSON.stringify([{ user: 'U1', text: `\`\`\`${t}\`\`\``, ts: '1764341782.0001' }], null, 4)}\n`,
  'messages of Slack, which have their text twice': (t) =>
    `${JSON.stringify([{ user: 'U1', text: `\`\`\`${t.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\`\`\``, blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: t }] }] }] }], null, 2)}\n`,
  'Elastic Common Schema, with the original': (t) =>
    each(t, (message) => JSON.stringify({ log: { level: 'info' }, event: { original: message }, message })),
  'a table in which only cells with a comma are quoted': (t) =>
    `Time,Line\n${each(t, (line, i) => `${1e9 + i},${line.includes(',') ? `"${line.replaceAll('"', '""')}"` : line}`)}`,
  'the only column of a table': (t) =>
    `line\n${each(t, (line) => (line.includes(',') ? `"${line.replaceAll('"', '""')}"` : line))}`,
  'lines of a page without an end of the last one': (t) =>
    `<html><body><tt>${linesOf(t).map(escaped).join('<br/>\n')}</tt></body></html>`,
  'TAI64N of multilog': (t) => each(t, (line, i) => `@40000000656a${(i * 137).toString(16).padStart(12, '0')} ${line}`),
  'the log of a step, with CR LF': (t) =>
    `${JSON.stringify([{ message: t.replaceAll('\n', '\r\n'), type: 'out', truncated: false }])}\n`,
  'hits of a search': (t) =>
    `${JSON.stringify({ took: 3, hits: { hits: linesOf(t).map((message, i) => ({ _id: `${i}`, _source: { '@timestamp': 'x', message } })) } }, null, 1)}\n`,
  'rows of a query': (t) =>
    `${JSON.stringify({ data: { result: [{ stream: { app: 'x' }, values: linesOf(t).map((line, i) => [`${1e9 + i}`, line]) }] } })}\n`,
  'objects with objects in them, one per line': (t) =>
    each(t, (message) => JSON.stringify({ host: { name: 'b' }, _source: { message } })),
  'JSON behind a time and a tag': (t) =>
    each(t, (message) => `2026-11-28 14:00:00 +0000 k.t: ${JSON.stringify({ message })}`),
  'a message of Teams': (t) => `<div><pre><code>${linesOf(t).map(escaped).join('<br>')}</code></pre></div>\n`,
  'a table without line ends': (t) =>
    `<table><tbody>${linesOf(t)
      .map((line) => `<tr><td data-x="{&quot;1&quot;:2}">${escaped(line)}</td></tr>`)
      .join('')}</tbody></table>\n`,
  'JSON of the journal, in which text that is not UTF-8 is bytes': (t) =>
    each(t, (line, i) =>
      JSON.stringify({ _PID: '12', MESSAGE: i % 3 === 0 ? [...Buffer.from(line, 'latin1')] : line }),
    ),
  'the same with a member per line': (t) =>
    each(t, (line, i) =>
      JSON.stringify({ _PID: '12', MESSAGE: i % 3 === 0 ? [...Buffer.from(line, 'latin1')] : line }, null, 8),
    ),
  'an export of the journal, in which such text has a length': (t) =>
    each(t, (line, i) => `__CURSOR=s=abc;i=${i}\n_PID=12\n${i % 3 === 0 ? sized(line) : `MESSAGE=${line}`}\n`),
  'the same, where the first is far behind': (t) =>
    each(
      t,
      (line, i) => `__CURSOR=s=abc;i=${i}\n_PID=12\n${i > 900 && i % 3 === 0 ? sized(line) : `MESSAGE=${line}`}\n`,
    ),
  'output of a test within a test': (t) => each(t, (line) => `        # ${line}`),
  'UTF-32': (t) => utf32(t, true, true),
  'UTF-32, the other byte order': (t) => utf32(t, false, true),
  'UTF-32 without its mark': (t) => utf32(t, true, false),
  'ligatures of a page setter': (t) => t.replaceAll('fi', utf8('\ufb01')).replaceAll('fl', utf8('\ufb02')),
};

describe.each(['5.10/odirect_read_swap.ft', '5.10/odirect_read_swap.perf'])('%s', async (name) => {
  const text = capture(name);
  const plain = await checked(text);

  it.each(Object.keys(SAME))('%s', async (way) => {
    const report = await checked(SAME[way](text));
    expect({ verdict: report.verdict, said: said(report) }).toEqual({ verdict: plain.verdict, said: said(plain) });
    const { events, mmEvents } = plain.traces[0];
    expect(report.traces[0]).toMatchObject({ events, mmEvents });
    expect(report.traces[0].lineKinds.bad).toBeUndefined();
  });
});

describe('what is left out', () => {
  const lines = linesOf(capture('6.12/vmsplice_self_fork.ft-tgid'));
  const entries = (line: string, i: number) => ({ _PID: '12', MESSAGE: i % 50 === 49 ? null : line });
  it.each(['in lines', 'over lines'])('journalctl prints null for a long message, %s: not clean', async (way) => {
    const text = lines.map((line, i) => JSON.stringify(entries(line, i), null, way === 'in lines' ? 0 : 8));
    const report = await checked(`${text.join('\n')}\n`);
    expect(report.traces[0].losses.length).toBeGreaterThan(0);
    expect(report.verdict).not.toBe('clean');
  });

  it('an export of the journal that ends within a field', async () => {
    const text = lines.map((line) => `_PID=12\n${sized(line)}\n\n`).join('');
    const report = await checked(text.slice(0, -40));
    expect(kindsOfLoss(report)).toContain('truncated');
    expect(report.verdict).not.toBe('clean');
  });

  const hits = lines.map((message) => ({ _source: { message } }));
  const events = lines.map((message) => ({ message }));
  const total = (value: number) => ({ value, relation: 'eq' });
  it.each<[string, unknown]>([
    ['of all that a search found', { hits: { total: total(hits.length + 1), hits } }],
    ['before their number', { hits: { hits, total: total(hits.length + 1) } }],
    ['of a search, whose number is no object', { total_results: 99_999, messages: events }],
    ['of a page', { events, nextToken: 'abc' }],
    ['of a page, which only says that it is one', { events, has_more: true }],
  ])('the first %s: not clean', async (_, answer) => {
    const report = await checked(JSON.stringify(answer));
    expect(kindsOfLoss(report)).toEqual(['truncated']);
    expect(report.verdict).not.toBe('clean');
  });

  it('all that a search found, on its only page, is whole', async () => {
    const answer = { hits: { total: total(hits.length), hits }, nextToken: null, next_cursor: '', has_more: false };
    expect((await checked(JSON.stringify(answer))).verdict).toBe('clean');
  });
});

describe('a table', async () => {
  /** A column for each argument, and numbers as `form` writes them. */
  const table = (text: string, form: (hex: string) => string): string => {
    const rows = linesOf(text).flatMap((line) => {
      const m = /^ *(\S+)-(\d+) +\[(\d+)\] .{5,6} +([\d.]+): (\w+): (?:\((\S+)[^)]*\) )?(.*=.*)$/.exec(line);
      return m === null ? [] : [{ cells: m.slice(1, 7), args: [...m[7].matchAll(/(?<!\S)(?!comm|pid)(\w+)=(\S+)/g)] }];
    });
    const names = [...new Set(rows.flatMap(({ args }) => args.map(([, name]) => name)))];
    const lines = rows.map(({ cells: [comm, pid, cpu, time, event, at], args }) => {
      const values = new Map(args.map(([, name, value]) => [name, value.startsWith('0x') ? form(value) : value]));
      return [time, cpu, comm, pid, event, at ?? '', ...names.map((name) => values.get(name) ?? '')].join(',');
    });
    return `${[['time', 'cpu', 'comm', 'tid', 'event', 'function', ...names].join(','), ...lines].join('\n')}\n`;
  };
  const text = capture('5.10/odirect_read_swap.ft');

  it.each(['hexadecimal', 'decimal'])('with exact pointers, %s, is read', async (form) => {
    const report = await checked(table(text, (hex) => (form === 'decimal' ? BigInt(hex).toString() : hex)));
    expect(said(report)).toEqual(said(await checked(text)));
  });

  it('with times that a spreadsheet rounded is not clean: the order of its rows may be that of another column', async () => {
    const clean = capture('6.12/odirect_read_swap.ft').replaceAll(/(\[\d{3}\].* \d+\.\d\d)\d+:/g, '$1:');
    const report = await checked(table(clean, (hex) => hex));
    expect(report.verdict).toBe('could-not-be-checked');
    expect(kindsOfLoss(report)).toContain('out-of-order');
  });

  it.each<[string, (hex: string) => string]>([
    [
      '15 digits, as a spreadsheet keeps',
      (hex) =>
        BigInt(hex)
          .toString()
          .replace(/^(\d{15})\d{5}$/, '$100000'),
    ],
    ['those as doubles', (hex) => BigInt(Number(Number(hex).toPrecision(15))).toString()],
    ['doubles', (hex) => BigInt(Number(hex)).toString()],
  ])('with pointers of %s is refused', async (_, form) => {
    expect(await refusal(table(text, form))).toContain('were rounded');
  });
});

it('JSON that is cut is not whole', async () => {
  const text = JSON.stringify([{ message: capture('6.12/vmsplice_self_fork.ft-tgid') }]);
  const report = await checked(text.slice(0, -3));
  expect(kindsOfLoss(report)).toContain('truncated');
  expect(report.verdict).not.toBe('clean');
});

it('what was never written to the disk is zeros, and reported', async () => {
  const text = capture('5.10/odirect_read_swap.perf');
  const { traces } = await checked(`${text.slice(0, 40_000)}${'\0'.repeat(4096)}${text.slice(44_096)}`);
  const reason = expect.stringContaining('byte 40000 ');
  expect(traces[0].losses).toContainEqual(expect.objectContaining({ kind: 'truncated', reason }));
});
