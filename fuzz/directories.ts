// Why: raw pages of a ring buffer and the files of perf's threads are directories. What is changed of them is one input,
// the files one after the other, and is written into its files to be read.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileInput, type TraceInput } from '../src/engine/reading/input.ts';
import { formatText, type Written } from '../test/recordings/write/events.ts';
import { perfData, threadFiles } from '../test/recordings/write/perf-data.ts';
import { headerPage, pagesOf } from '../test/recordings/write/ring.ts';
import { folder } from './oracles.ts';

type File = [name: string, bytes: Uint8Array];

export interface Directory {
  /** files that stay as they are */
  readonly around: readonly File[];
  /** files that are changed */
  readonly files: readonly File[];
}

/** `per_cpu/cpuN/trace_pipe_raw` with four events in a page, and what tracefs has beside it. */
export function rawPages(written: Written): Directory {
  const ring = { little: true, pageSize: 4096, long: 8 as const, perPage: 4 };
  const cpus = Array.from({ length: written.cpus }, (_, cpu) => cpu);
  return {
    around: [
      ['events/header_page', Buffer.from(headerPage(ring))],
      ...written.formats.map(
        (format): File => [`events/${format.system}/${format.name}/format`, Buffer.from(formatText(format))],
      ),
      ['kallsyms', Buffer.from(written.kallsyms)],
      ['saved_cmdlines', Buffer.from(written.cmdlines)],
      ['trace_clock', Buffer.from('[local] global\n')],
    ],
    files: cpus.map((cpu): File => {
      const events = written.events.filter((event) => event.cpu === cpu);
      return [`per_cpu/cpu${cpu}/trace_pipe_raw`, Buffer.concat(pagesOf(events, ring))];
    }),
  };
}

/** A directory of `perf record --threads`, one for each CPU. */
export function perfThreads(written: Written): Directory {
  const cpus = Array.from({ length: written.cpus }, (_, cpu) => cpu);
  const threads = cpus.map((cpu) => written.events.filter((event) => event.cpu === cpu));
  return {
    around: [['data', perfData(written, { threads })]],
    files: threadFiles(written, { threads }).map((bytes, i): File => [`data.${i}`, bytes]),
  };
}

/** Writes what stays. @returns how to write and read what is changed: bytes of all files */
export function reader({ around, files }: Directory): (bytes: Uint8Array) => TraceInput {
  const path = mkdtempSync(join(folder, 'directory-'));
  const put = (name: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), bytes);
  };
  for (const [name, bytes] of around) put(name, bytes);
  return (all) => {
    let from = 0;
    for (const [name, { length }] of files) {
      put(name, all.subarray(from, from + length));
      from += length;
    }
    return fileInput(path);
  };
}
