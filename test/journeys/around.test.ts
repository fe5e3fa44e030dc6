// Text around a trace whose header does not count its events: a fence, a prompt, a greeting. It is no part of the trace;
// what may have been an event is missed.
import { describe, expect, it } from 'vitest';
import { ReadStats } from '../../src/engine/reading/read-stats.ts';
import { LineKind } from '../../src/parsers/formats/line.ts';
import { capture, checked } from './capture.ts';

const text = capture('6.12/odirect_read_swap.tc');
const each = (t: string, change: (line: string) => string): string =>
  `${t.split('\n').slice(0, -1).map(change).join('\n')}\n`;

const AROUND: Record<string, string> = {
  'a fence of Markdown': `\`\`\`\n${text}\`\`\`\n`,
  'a fence that ends the file': `{noformat:title=trace}\n${text}{noformat}`,
  'an issue': `### What happened\nIt broke.\n\n\`\`\`text\n${text}\`\`\`\n\n### Version\n6.12\n`,
  'a block in YAML': `name: x\ntrace: |\n${each(text, (line) => `  ${line}`)}`,
  'a recorded terminal': `Script started on 2026-11-30 08:12:05+00:00 [TERM="xterm" COLUMNS="200"]\n\x1b[?2004h[root@box ~]# cat trace\r\n\x1b[?2004l\r${text.replaceAll('\n', '\r\n')}\x1b[?2004h[root@box ~]# exit\r\n\x1b[?2004l\rexit\r\n\nScript done on 2026-11-30 08:13:05+00:00 [COMMAND_EXIT_CODE="0"]\n`,
  'a pager': `${text}~\n~\n(END)\n`,
  'a mail': `From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\nHere is it...\n\n${text}\nRegards\n`,
  'a fence, of JSON': `h3. Trace\n{noformat:title=log}\n${each(text, (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout' }))}{noformat}\n`,
  'the source of a page in Markdown': each(text, (line) => line.replaceAll('_', '\\_')),
  'blanks of Latin-1': text.replaceAll(' ', '\xa0'),
};

const DAMAGED: Record<string, string> = {
  'the last line is cut in the name of its task': `${text}             scn-20`,
  'the last line lost its beginning': `${text}addr=0x7f7c147ff000 flags=0x254\n`,
  'the rest was left out': `${text}[output truncated]\n`,
  'the first lines of the text lost their beginnings': text.replace(
    /^cpus=.*\n/,
    '+0x4b/0x60 <- gup_fast_fallback) ret=1\n',
  ),
  'a line in the middle is no event': text.replace(/^(?:.*\n){200}/, '$&see here\n'),
  'a line before an event, without a header': `see here\n${text.replace(/^cpus=.*\n/, '')}`,
};

describe('a trace of trace-cmd report', () => {
  it.each(Object.keys(AROUND))('in %s: as it is alone', async (way) => {
    const { traces, verdict } = await checked(AROUND[way]);
    const alone = await checked(text);
    expect(verdict).toBe('clean');
    expect(traces[0]).toMatchObject({ events: alone.traces[0].events, losses: [] });
  });

  it.each(Object.keys(DAMAGED))('%s: not clean', async (way) => {
    const { traces, verdict } = await checked(DAMAGED[way]);
    expect(verdict).not.toBe('clean');
    expect(traces[0].losses).toMatchObject([{ samples: expect.any(Array) }, ...traces[0].losses.slice(1)]);
  });
});

describe('parts that are read by several threads', () => {
  /** `e`: an event, `-`: text, `h`: the header of a trace */
  function statsOf(lines: string, first = 0): ReadStats {
    const stats = new ReadStats();
    for (const [i, c] of [...lines].entries()) {
      if (c === 'e') stats.kinds[LineKind.Event]++;
      else if (c === 'h') stats.around.header(stats.kinds);
      else {
        stats.kinds[LineKind.Bad]++;
        stats.addUnknown({ line: first + i + 1, reason: 'unknown', text: 'see here' }, true);
      }
    }
    stats.lines = lines.length;
    return stats;
  }
  const said = ({ around, kinds, samples, unread }: ReadStats) => ({
    unread,
    isAtEnd: around.isAtEnd(kinds),
    samples: samples.map(({ line }) => line),
  });

  it.each(['-he-e--', 'e-e', '--', '-h-e-', 'eee', '-he', 'e--ee-', 'h-e-'])('%s, cut anywhere', (lines) => {
    const whole = said(statsOf(lines));
    for (let cut = 1; cut < lines.length; cut++) {
      const parts = statsOf(lines.slice(0, cut));
      parts.add(structuredClone(statsOf(lines.slice(cut))));
      expect({ cut, ...said(parts) }).toEqual({ cut, ...whole });
    }
  });
});
