// Why: a machine without tools can provide the pages of its ring buffer as returned by the kernel, and the tracefs
// files needed to decode them. The layout is that of tracefs itself (`capture --raw`):
//
//   per_cpu/cpuN/trace_pipe_raw   whole pages, one after the other      per_cpu/cpuN/stats
//   events/header_page            events/SYSTEM/EVENT/format            trace_clock
//   saved_cmdlines  saved_tgids   kallsyms                              head (lines of `# pindrift-KEY: VALUE`)
import * as fs from 'node:fs';
import { join } from 'node:path';
import { readRecorded } from '../parsers/detect/recorded.ts';
import { newRecorded } from '../parsers/formats/head.ts';
import { InputError } from '../util/errors.ts';
import { FileBytes, viewOf } from './bytes.ts';
import type { Recording } from './contract.ts';
import { readCpuStats } from './cpu-stats.ts';
import { type EventFormat, readFormat } from './format.ts';
import { Kallsyms } from './kallsyms.ts';
import { type CpuPages, openStreams } from './open-streams.ts';
import { PlainPages } from './pages.ts';
import { type PageLayout, readPageLayout, thirtyTwoBits } from './ring-page.ts';
import { RingRecording } from './ring-recording.ts';
import { readTasks, readTgids } from './tasks.ts';
import { chosenClock } from './trace-dat/options.ts';

/** Open a directory of raw pages; undefined if it is not one. */
export function openRawDirectory(path: string): Recording | undefined {
  const cpus = cpusIn(path);
  if (cpus.length === 0) return undefined;
  const formats = formatsIn(join(path, 'events'));
  if (formats.size === 0) {
    throw new InputError('these raw pages have no event formats beside them, so they cannot be decoded', {
      where: path,
      tryThis: 'copy events/ from /sys/kernel/tracing of that machine into this directory',
    });
  }
  const headerPage = textOf(path, 'events/header_page') ?? '';
  const files = cpus.map((cpu) => ({ cpu, bytes: new FileBytes(rawOf(path, cpu)) }));
  const layout = byteOrder(readPageLayout(headerPage, true, 8), files);
  if (layout.longSize === 4) throw thirtyTwoBits(path);
  const pages = files.map(({ cpu, bytes }): CpuPages => {
    return { cpu, pages: new PlainPages(bytes, { offset: 0, size: bytes.size }, layout.pageSize) };
  });
  const clock = chosenClock(textOf(path, 'trace_clock') ?? '');
  const { streams, ...times } = openStreams(pages, layout, { clock, ns: false, add: 0n });
  const facts = textOf(path, 'head') ?? '';
  const recorded = newRecorded();
  const isCapture = facts.split('\n').filter((line) => readRecorded(line, recorded)).length > 0;
  const fact = (key: string) => new RegExp(`^# pindrift-${key}: (.*)$`, 'm').exec(facts)?.[1];
  const known = Number(fact('cpus') ?? Number.NaN);
  const stats = numbersIn(path).flatMap((cpu) =>
    readCpuStats(`CPU: ${cpu}\n${textOf(path, `per_cpu/cpu${cpu}/stats`) ?? ''}`),
  );
  // the pages of some may not have been copied
  const met = new Set([...cpus, ...stats.filter(({ kept = 0 }) => kept > 0).map(({ cpu }) => cpu)]);
  return new RingRecording({
    head: {
      format: 'trace_pipe_raw',
      variant: '',
      kernel: fact('release'),
      ...(isCapture ? { recorded } : {}),
      clock,
      ...times,
      cpus: Number.isNaN(known) ? met.size : known,
    },
    little: layout.little,
    formats,
    kallsyms: new Kallsyms(() => bytesOf(path, 'kallsyms')),
    comms: readTasks(textOf(path, 'saved_cmdlines') ?? ''),
    tgids: readTgids(textOf(path, 'saved_tgids') ?? ''),
    streams,
    stats,
    damage: [],
    bytes: undefined,
    close: () => {
      for (const { bytes } of files) bytes.close();
    },
  });
}

const rawOf = (path: string, cpu: number): string => join(path, 'per_cpu', `cpu${cpu}`, 'trace_pipe_raw');

/** CPUs that have a folder. */
function numbersIn(path: string): number[] {
  const folder = join(path, 'per_cpu');
  if (!fs.existsSync(folder)) return [];
  const cpus = fs.readdirSync(folder).flatMap((name) => /^cpu(\d{1,5})$/.exec(name)?.[1] ?? []);
  return cpus.map(Number).sort((a, b) => a - b);
}

const cpusIn = (path: string): number[] => numbersIn(path).filter((cpu) => fs.existsSync(rawOf(path, cpu)));

/** A format of an event, or what the kernel says in general, is some kilobytes. */
const MOST_TEXT = 1 << 22;

function bytesOf(path: string, name: string): Uint8Array | undefined {
  const file = join(path, name);
  return fs.existsSync(file) && fs.statSync(file).isFile() ? fs.readFileSync(file) : undefined;
}

const textOf = (path: string, name: string): string | undefined =>
  bytesOf(path, name)?.subarray(0, MOST_TEXT).toString();

function formatsIn(events: string): Map<number, EventFormat> {
  const out = new Map<number, EventFormat>();
  if (!fs.existsSync(events)) return out;
  for (const system of foldersIn(events)) {
    for (const event of foldersIn(join(events, system))) {
      const text = textOf(events, join(system, event, 'format'));
      const format = text === undefined ? undefined : readFormat(text, system);
      if (format !== undefined && !out.has(format.id)) out.set(format.id, format);
    }
  }
  return out;
}

const foldersIn = (path: string): string[] =>
  fs
    .readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** The byte order is not recorded: the length of a first page is below its size in one order only. */
function byteOrder(layout: PageLayout, files: readonly { bytes: FileBytes }[]): PageLayout {
  const head = new Uint8Array(layout.dataOffset);
  for (const { bytes } of files) {
    if (bytes.readAt(head, 0) < head.length) continue;
    const view = viewOf(head);
    const fits = (little: boolean) => {
      const low = view.getUint32(layout.commitOffset + (little || layout.longSize === 4 ? 0 : 4), little);
      const used = low & 0x07ffffff;
      return used > 0 && used <= layout.pageSize - layout.dataOffset;
    };
    if (fits(true) !== fits(false)) return { ...layout, little: fits(true) };
  }
  return layout;
}
