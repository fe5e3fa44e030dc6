// The results as tables for people: one row per program, one line per target.
import { STARTS } from './contenders.ts';
import type { Cost } from './measure.ts';

export interface Result extends Cost {
  id: string;
  does: string;
  runs: number;
}

export interface Ratio {
  what: string;
  ratio: number;
  /** what it should be at most, and what it would be nice to be */
  atMost: number;
  aim?: number;
}

export function printResults(results: readonly Result[]): void {
  const rows = results.map((r) => [
    r.does,
    r.wallSeconds.toFixed(2),
    r.cpuSeconds.toFixed(2),
    r.peakMegabytes.toFixed(0),
    String(r.runs),
  ]);
  printTable(['what', 'wall s', 'CPU s', 'peak MB', 'runs'], rows);
}

export function printRatios(ratios: readonly Ratio[]): void {
  const rows = ratios.map((r) => [
    r.what,
    r.ratio.toFixed(2),
    String(r.atMost),
    r.aim === undefined ? '' : String(r.aim),
  ]);
  printTable(['ratio', 'is', 'at most', 'aim'], rows);
}

/** Markdown, so that a table can be pasted as it is. */
function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  console.log(line(heads));
  console.log(
    `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`,
  );
  for (const row of rows) console.log(line(row));
  console.log();
}

/** What was promised, as far as the results can tell. */
export function ratiosOf(results: ReadonlyMap<string, Result>): Ratio[] {
  const out: Ratio[] = [];
  const add = (what: string, of: string, by: string, measure: keyof Cost, atMost: number, aim?: number) => {
    const a = results.get(of);
    const b = results.get(by);
    if (a !== undefined && b !== undefined) out.push({ what, ratio: a[measure] / b[measure], atMost, aim });
  };
  const peak = (what: string, id: string) => {
    const result = results.get(id);
    if (result !== undefined) out.push({ what, ratio: result.peakMegabytes, atMost: 130, aim: 100 });
  };
  add('check CPU / finding newlines', 'check', 'lines', 'cpuSeconds', 6, 4);
  add('check wall, two threads / one', 'check-2', 'check', 'wallSeconds', 0.7, 0.55);
  add('check wall, default threads / one', 'check-default', 'check', 'wallSeconds', 0.75, 0.6);
  add('check CPU, two threads / one', 'check-2', 'check', 'cpuSeconds', 1.5);
  add('ingest CPU / plain loader', 'ingest', 'plain', 'cpuSeconds', 0.15, 0.06);
  add('ingest CPU / finding newlines', 'ingest', 'lines', 'cpuSeconds', 10, 4);
  add('ingest --no-check CPU / plain loader', 'load', 'plain', 'cpuSeconds', 0.15, 0.06);
  add('ingest --no-check CPU / finding newlines', 'load', 'lines', 'cpuSeconds', 7, 4);
  add('rules on a store CPU / on the text', 'rules-on-store', 'rules-on-text', 'cpuSeconds', 0.5, 0.3);
  for (const id of results.keys()) {
    const name = /^check, (?!10x$)(.*)$/.exec(id)?.[1];
    if (name !== undefined) add(`check CPU / finding newlines, ${name}`, id, `lines, ${name}`, 'cpuSeconds', 10, 6);
  }
  add('check of 1,300 lines CPU / node -e 0', 'small', 'node', 'cpuSeconds', 2.2, 1.6);
  add('pindrift --version CPU / node -e 0', 'version', 'node', 'cpuSeconds', 2.5, 1.8);
  add('check wall, two threads / one, 10 times the trace', 'check-2, 10x', 'check, 10x', 'wallSeconds', 0.7, 0.55);
  add('check wall, 10 times the trace', 'check, 10x', 'check', 'wallSeconds', 10.5);
  add('check CPU, 10 times the trace', 'check, 10x', 'check', 'cpuSeconds', 10.5);
  add('ingest CPU, 10 times the trace', 'ingest, 10x', 'ingest', 'cpuSeconds', 10.5);
  peak('check peak MB', 'check');
  peak('check peak MB, two threads', 'check-2');
  peak('check peak MB, 10 times the trace', 'check, 10x');
  peak('check peak MB, two threads, 10 times the trace', 'check-2, 10x');
  peak('ingest peak MB', 'ingest');
  peak('ingest peak MB, 10 times the trace', 'ingest, 10x');
  return out;
}

/** One start of those that were started often. */
export const perStart = (id: string, cost: Cost): Cost =>
  id === 'node' || id === 'version' || id === 'small'
    ? { ...cost, wallSeconds: cost.wallSeconds / STARTS, cpuSeconds: cost.cpuSeconds / STARTS }
    : cost;
