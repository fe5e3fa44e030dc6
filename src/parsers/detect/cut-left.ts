// Why: `cut`, a selection in a terminal or a scrolled screen take columns away on the left. What is left of a task's
// name looks like a name: `scn` becomes `n`. The kernel right-aligns names, so all dashes before pids stand in column
// 16; if they stand further left and names begin at the left edge, these are incomplete.
import type { HeadLines } from '../formats/head-lines.ts';
import { COMM_COLUMNS } from '../formats/task-columns.ts';
import type { Unusable } from './not-a-trace.ts';

/** Number of lines examined. */
const LOOKED_AT = 2000;

const TASK = /^( *)(\S.{0,14}?)?-(\d+) +(?:\( *[\d-]+\) +)?\[\d{3,}\] /;

/** The header above the task's columns, with its `#` or what is left of it. */
const COLUMNS = /^(#?) *(?:TASK|ASK|SK|K)?-PID +(?:TGID +)?CPU#/;

/** The task of pid 0. */
const IDLE = /^(?:<idle>|swapper(?:\/\d+)?)$/;

/** Whether columns of the tasks' names are missing in lines of ftrace or trace-cmd. */
export function isCutLeft(lines: HeadLines): boolean {
  let dash = -1;
  let padded = false;
  let header: { at: number; isWhole: boolean } | undefined;
  const atEdge = new Set<string>();
  let idle = false;
  for (let i = 0; i < Math.min(lines.length, LOOKED_AT); i++) {
    const line = lines.line(i);
    const columns = COLUMNS.exec(line);
    if (columns !== null) header ??= { at: line.indexOf('-'), isWhole: columns[1] === '#' };
    const [, blanks, name = '', pid] = TASK.exec(line) ?? [];
    if (blanks === undefined) continue;
    const at = blanks.length + name.length;
    if ((dash >= 0 && at !== dash) || at >= COMM_COLUMNS) return false;
    dash = at;
    if (blanks === '') atEdge.add(name);
    else padded = true;
    if (pid === '0' && blanks === '' && !IDLE.test(name)) idle = true;
  }
  if (dash < 0 || atEdge.size === 0) return false;
  // a name of another length would have its dash elsewhere, had only the spaces been removed
  const isAligned = padded || atEdge.size > 1;
  const isHeaderCut = header !== undefined && !header.isWhole && header.at === dash && header.at < COMM_COLUMNS;
  const isHeaderWhole = header?.isWhole === true && header.at === COMM_COLUMNS;
  return idle || isHeaderCut || (isAligned && (isHeaderWhole || atEdge.size > 1));
}

const NO_TASK = /^ ?(?:\d* +)?\[\d{3,}\] +(?:[^\s\d]\S{3,5} +)?\d+\.\d{6,9}: +[\w:]+: /;

/** Most lines begin within the pid, or behind it. */
export function withoutTasks(lines: HeadLines): Unusable | undefined {
  let events = 0;
  let all = 0;
  for (let i = 0; i < Math.min(lines.length, LOOKED_AT); i++) {
    const line = lines.line(i);
    if (!/^[^#\t]*\d\.\d{6,9}: /.test(line)) continue;
    all++;
    if (NO_TASK.test(line)) events++;
  }
  if (events * 2 <= all) return undefined;
  return {
    problem: 'the columns of the task (name and pid) were cut from the lines of this trace',
    tryThis: 'give the lines from their first column on: without the pid it is unknown whose events these are',
  };
}
