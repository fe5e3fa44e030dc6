// The programs that are compared, and what each of them does with the trace.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchFolder } from './input.ts';

export interface Contender {
  id: string;
  /** what is done, in words */
  does: string;
  /** undefined: it cannot run, `why` says why */
  command?: readonly string[];
  why?: string;
  accepted?: readonly number[];
  /** the file it makes; removed before it runs, since freeing an old one is not its work */
  makes?: string;
  /** what it needs in place, made by another contender that runs before it */
  after?: string;
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const PINDRIFT = here('../bin/run.js');
export const SMALL = here('../fixtures/6.12/odirect_read_fork.ft/trace.txt.gz');
const node = process.execPath;

/** `check` and `ingest` find things in the capture; that is no failure. */
const FOUND = [0, 1, 3];

/** So often in one measurement, since a start is shorter than what the clock tells apart. */
export const STARTS = 20;
const starts = (command: string) => ['sh', '-c', `i=0; while [ $i -lt ${STARTS} ]; do ${command}; i=$((i + 1)); done`];

export function contenders(trace: string): Contender[] {
  const store = join(benchFolder(), 'bench.db');
  const loaded = join(benchFolder(), 'load.db');
  const plain = join(benchFolder(), 'plain.db');
  return [
    { id: 'lines', does: 'Node reads 4 MB blocks and finds newlines', command: [node, here('read-lines.mjs'), trace] },
    { id: 'wc', does: 'wc -l', ...installed('wc', ['-l', trace]) },
    {
      id: 'check',
      does: 'pindrift check, one thread',
      command: [node, PINDRIFT, 'check', '--workers', '1', trace],
      accepted: FOUND,
    },
    {
      id: 'check-2',
      does: 'pindrift check, two threads',
      command: [node, PINDRIFT, 'check', '--workers', '2', trace],
      accepted: FOUND,
    },
    { id: 'check-default', does: 'pindrift check', command: [node, PINDRIFT, 'check', trace], accepted: FOUND },
    {
      id: 'ingest',
      does: 'pindrift ingest',
      command: [node, PINDRIFT, 'ingest', '-o', store, trace],
      accepted: FOUND,
      makes: store,
    },
    {
      id: 'load',
      does: 'pindrift ingest --no-check',
      command: [node, PINDRIFT, 'ingest', '--no-check', '-o', loaded, trace],
      makes: loaded,
    },
    { id: 'rules-on-text', does: 'all rules on the text', command: [node, here('rules-on-text.mjs'), trace] },
    {
      id: 'rules-on-store',
      does: 'all rules on the store',
      command: [node, here('rules-on-store.mjs'), store],
      after: 'ingest',
    },
    {
      id: 'plain',
      does: 'plain loader: readline, regular expression, a row per event and argument',
      command: [node, here('plain-loader.mjs'), trace, plain],
      makes: plain,
    },
    { id: 'node', does: 'node -e 0', command: starts(`'${node}' -e 0`) },
    {
      id: 'small',
      does: 'pindrift check of a capture of 1,300 lines',
      command: starts(`'${node}' '${PINDRIFT}' check '${SMALL}' > /dev/null`),
    },
    { id: 'version', does: 'pindrift --version', command: starts(`'${node}' '${PINDRIFT}' --version`) },
    {
      id: 'trace_processor',
      does: 'Perfetto trace_processor_shell, import only',
      ...installed('trace_processor_shell', ['-q', '/dev/null', trace]),
    },
    {
      id: 'duckdb',
      does: 'DuckDB: lines into a table by regular expressions',
      ...installed('duckdb', ['-c', duckdb(trace)]),
    },
    {
      id: 'lnav',
      does: 'lnav headless: counts the lines it knows',
      ...installed('lnav', ['-n', '-c', ';SELECT count(*) FROM all_logs', trace]),
    },
    ...recorded('trace.dat', 'trace-cmd', ['report', '-i']),
    ...recorded('perf.data', 'perf', ['script', '-f', '-i']),
  ];
}

/** A check of a trace of another load, and its newlines. */
export function loads(path: string): Contender[] {
  const name = basename(path);
  return [
    { id: `lines, ${name}`, does: `newlines of ${name}`, command: [node, here('read-lines.mjs'), path] },
    {
      id: `check, ${name}`,
      does: `pindrift check, one thread, ${name}`,
      command: [node, PINDRIFT, 'check', '--workers', '1', path],
      accepted: FOUND,
    },
  ];
}

/**
 * The same on a recording, and the tool that wrote it: `trace.dat` and `perf.data` in the folder that
 * PINDRIFT_RECORDINGS names.
 */
function recorded(file: string, program: string, args: readonly string[]): Contender[] {
  const folder = process.env.PINDRIFT_RECORDINGS;
  const path = folder === undefined ? undefined : join(folder, file);
  const there = path !== undefined && existsSync(path);
  const why = 'PINDRIFT_RECORDINGS names no folder with one';
  const check = { id: `check-${program}`, does: `pindrift check of a ${file}`, accepted: FOUND };
  const tool = { id: program, does: `${program} ${args[0]} of it` };
  if (!there)
    return [
      { ...check, why },
      { ...tool, why },
    ];
  return [
    { ...check, command: [node, PINDRIFT, 'check', path] },
    { ...tool, ...installed(program, [...args, path]) },
  ];
}

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

function installed(program: string, args: readonly string[]): Pick<Contender, 'command' | 'why'> {
  return has(program) ? { command: [program, ...args] } : { why: 'not installed' };
}

function duckdb(trace: string): string {
  const pattern = String.raw`^ *(.{1,16})-(\d+) +\[(\d+)\] \S+ +([0-9.]+): (\w+): (.*)$`;
  return `CREATE TABLE event AS SELECT regexp_extract(line, '${pattern}', ['comm', 'pid', 'cpu', 'time', 'name', 'args']) AS fields
    FROM read_csv('${trace}', columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false);
    SELECT count(*) FROM event;`;
}
