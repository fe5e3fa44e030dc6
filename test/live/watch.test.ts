// Why: what a watch says, and when: before the end, with the lines of a pipe that cannot be read again, and not for ever.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../src/live/events.ts';
import { LiveSource } from '../../src/live/live-source.ts';
import { eventText } from '../../src/live/say.ts';
import { Watch } from '../../src/live/watch.ts';
import { story as storyReport } from '../../src/report/story.ts';
import { copy, exit, fork, PARENT, pin, Trace, touch, unpin, wpFault } from '../model/synthetic.ts';
import { lastSaid, pieces, watchAll } from './feed.ts';

const STORY = gunzipSync(
  readFileSync(join(import.meta.dirname, '../../fixtures/5.10/odirect_read_swap.ft/trace.txt.gz')),
);
const lines = STORY.toString().split('\n');
/** Lines up to the copy; the I/O ends behind it. */
const COPY = 648;
/** The release of the pin, by a CPU that has other things to do for the next 65 ms. */
const RELEASE = 660;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The story `times` over, each an hour later, with other pids and addresses of the same machine. */
function again(times: number): string {
  const body = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const out = lines.filter((line) => line.startsWith('#'));
  for (let i = 0; i < times; i++)
    for (const line of body)
      out.push(line.replace(/(\] \S+ +)(\d+)\.(\d+):/, (_, head, s, us) => `${head}${Number(s) + 3600 * i}.${us}:`));
  return `${out.join('\n')}\n`;
}

/** What a CPU wrote in the `ms` from this line on stands behind what the others wrote, as if it had been stopped there. */
function late(text: readonly string[], line: number, ms: number): string {
  const timeOf = (one: string) => Number(/ (\d+\.\d+): /.exec(one)?.[1]);
  const cpuOf = (one: string) => / \[(\d+)\] /.exec(one)?.[1];
  const to = text.findLastIndex((one) => timeOf(one) <= timeOf(text[line]) + ms / 1000) + 1;
  const part = text.slice(line, to);
  const isIts = (one: string) => cpuOf(one) === cpuOf(text[line]);
  return [...text.slice(0, line), ...part.filter((one) => !isIts(one)), ...part.filter(isIts), ...text.slice(to)].join(
    '\n',
  );
}

/** As `trace-cmd stream` prints it if its recorders each come at intervals of `seconds`. */
function streamed(text: readonly string[], seconds: number): string {
  const events = text.flatMap((one) => {
    const [, task, cpu, time, name, args] = /^ *(\S+) +\[(\d+)\] \S+ +(\d+\.\d+): (\w+:) (.*)$/.exec(one) ?? [];
    return task === undefined
      ? []
      : [
          {
            cpu,
            turn: Math.floor(Number(time) / seconds),
            line: `${task.padStart(17)}   [${cpu}]    ${time}: ${name.padEnd(21)} ${args}`,
          },
        ];
  });
  events.sort((a, b) => a.turn - b.turn || b.cpu.localeCompare(a.cpu));
  return ['Hit Ctrl^C to stop recording', ...events.map(({ line }) => line), ''].join('\n');
}

describe('trace-cmd stream', () => {
  const of = async (seconds: number) => {
    const source = pieces(bytes(streamed(lines, seconds)), () => 4000);
    return watchAll(source, { kernel: '5.10' });
  };

  it("prints a slow recorder's events after those of others: they are put in their place", async () => {
    const inOrder = await of(0.000001);
    const found = await of(2);
    const said = (events: WatchEvent[]) =>
      lastSaid(events).map(({ fingerprint, harm, doubts }) => ({ fingerprint, harm, doubts }));
    expect(said(found)).toEqual(said(inOrder));
    expect(said(found)).toMatchObject([{ harm: [expect.stringContaining('lost-dma-write')] }]);
    const end = found.at(-1);
    expect(end).toMatchObject({ trace: { losses: [] }, status: { unread: 0 } });
    expect(JSON.stringify(end)).not.toMatch(/earlier than the one before|sort/);
  });
});

describe('an event that arrives late', () => {
  const losses = async (ms: number, text: readonly string[]) => {
    const end = (await watchAll(pieces(bytes(late(text, RELEASE, ms)), () => 4000))).at(-1);
    return end?.type === 'end' ? end.trace.losses : undefined;
  };

  it('is put in its place', async () => {
    const of = async (text: string) => lastSaid(await watchAll(pieces(bytes(text), () => 4000)));
    const inOrder = await of(lines.join('\n'));
    const found = await of(late(lines, RELEASE, 65));
    expect(found.map(({ fingerprint, harm, confidence }) => ({ fingerprint, harm, confidence }))).toEqual(
      inOrder.map(({ fingerprint, harm, confidence }) => ({ fingerprint, harm, confidence })),
    );
    expect(await losses(65, lines)).toEqual([]);
  });

  it('is a loss if it is later than any CPU is stopped', async () => {
    const slower = lines.map((one) => one.replace(/ 21\.2[12](?=\d+: )/, ' 21.50'));
    expect(await losses(400, slower)).toMatchObject([{ kind: 'out-of-order' }]);
  });
});

describe('a finding', () => {
  it('comes with the copy, before the input ends, with its lines; harm and release come as updates', async () => {
    const said: WatchEvent[] = [];
    let open: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const parts = [`${lines.slice(0, COPY + 2).join('\n')}\n`, lines.slice(COPY + 2).join('\n')].map(bytes);
    let part = 0;
    const gated = new LiveSource('a pipe', {
      next: async () => {
        if (part === 1) await gate;
        return parts[part++];
      },
      stop: () => {},
    });
    const watch = await Watch.open(gated, {}, (event) => said.push(event));
    const run = watch.run();
    for (let i = 0; i < 500 && said.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(said).toHaveLength(1);
    const [first] = said;
    if (first.type !== 'finding') throw new Error(first.type);
    expect(first.finding).toMatchObject({ rule: 'swapin-cow-under-pin', harm: [] });
    expect(first.finding.doubts).toHaveLength(1);
    expect(first.finding.evidence.map((e) => e.text)).toEqual(first.finding.evidence.map((e) => lines[e.line - 1]));
    open?.();
    await run;
    expect(said.map(({ type }) => type)).toEqual(expect.arrayContaining(['finding', 'update', 'end']));
    expect(lastSaid(said)).toMatchObject([{ harm: ['lost-dma-write'], confidence: 'certain' }]);
  });

  it('is doubted from the beginning if events before it are missing', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    for (const i of [0, 1]) {
      touch(app, PARENT, i, 0x2000 + i);
      pin(app, i, 0x2000 + i);
    }
    fork(app, 500);
    // do_wp_page() keeps no page that is shared and pinned: the line of the copy is missing
    wpFault(app, PARENT, 0, 0x2000);
    app.wp_fault_ret({ ret: '0x0' });
    unpin(app, 0x2000);
    copy(app, PARENT, 1, 0x2001, 0x2100);
    unpin(app, 0x2001);
    exit(app, PARENT, 500);
    const said = await watchAll(pieces(bytes(trace.text), () => 100));
    const first = said.find(({ type }) => type === 'finding');
    if (first?.type !== 'finding') throw new Error('no finding');
    expect(first.finding).toMatchObject({ rule: 'fork-share-then-cow', severity: 'warning' });
    expect(first.finding.doubts.join()).toContain('lines are missing');
  });

  it('like many others is counted', async () => {
    const events = await watchAll(
      pieces(bytes(again(8)), () => 50_000),
      { limits: { perFingerprint: 2 } },
    );
    expect(events.filter(({ type }) => type === 'finding')).toHaveLength(2);
    const counted = events.filter((event) => event.type === 'repeat').reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(6);
    expect(events.at(-1)).toMatchObject({ type: 'end', status: { findings: 8, counted: 6 } });
  });

  it('that the config accepts is not reported', async () => {
    const events = await watchAll(
      pieces(STORY, () => 9000),
      { settle: () => undefined },
    );
    expect(events).toMatchObject([
      { type: 'end', verdict: expect.not.stringMatching('violated'), status: { suppressed: 1 } },
    ]);
  });
});

describe('order', () => {
  it('an event that arrives a few microseconds late is put in its place', async () => {
    const swapped = lines.slice();
    // CPU 0 ends an I/O while CPU 1 works: two neighbours, the later one first
    const at = swapped.findIndex((line, i) => i > 400 && /\[000\]/.test(line) && /\[001\]/.test(swapped[i + 1] ?? ''));
    [swapped[at], swapped[at + 1]] = [swapped[at + 1], swapped[at]];
    const events = await watchAll(pieces(bytes(swapped.join('\n')), () => 4000));
    expect(lastSaid(events)).toMatchObject([{ rule: 'swapin-cow-under-pin', fingerprint: '374a03537329406e' }]);
  });
});

describe('losses', () => {
  it('are reported when they are seen, and counted by CPU', async () => {
    const broken = [...lines.slice(0, 300), 'CPU:1 [LOST 23 EVENTS]', ...lines.slice(300)].join('\n');
    const events = await watchAll(pieces(bytes(broken), () => 4000));
    expect(events).toContainEqual({ type: 'loss', cpu: 1, count: 23, places: 1, line: 301 });
    expect(events.at(-1)).toMatchObject({ status: { lost: 23, lossPlaces: 1 } });
  });
});

describe('text that was changed on its way', () => {
  const story = STORY.toString();
  it.each([
    ['CR line ends', story.replaceAll('\n', '\r')],
    ['colours', story.replace(/\[(\d+)\]/g, '[\x1b[32m$1\x1b[0m]')],
    ['tabs', story.replace(/ {8}/g, '\t')],
    ['UTF-16', Buffer.from(`\ufeff${story}`, 'utf16le')],
  ])('... by %s is followed as it is checked', async (_, text) => {
    const given = typeof text === 'string' ? bytes(text) : text;
    const events = await watchAll(
      pieces(given, () => 5000),
      { kernel: '5.10' },
    );
    expect(lastSaid(events).map(({ rule, severity }) => `${severity} ${rule}`)).toContain('error swapin-cow-under-pin');
  });
});

it('the end says what is missing, and why nothing could be concluded', async () => {
  const screen = { color: false, width: 200 };
  const end = async (text: string): Promise<string> => {
    const events = await watchAll(
      pieces(bytes(text), () => 5000),
      { kernel: '5.10' },
    );
    const last = events.at(-1);
    if (last?.type !== 'end') throw new Error('no end');
    return eventText(last, last.trace, storyReport, screen);
  };
  expect(await end(STORY.toString())).toContain('nothing lost');
  const cut = await end(lines.map((line) => line.slice(0, 120)).join('\n'));
  expect(cut).toContain('cut at column 120');
  expect(cut).toContain('no GUP call was recorded');
});
