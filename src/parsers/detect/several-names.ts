// Why: `trace-cmd report` of several files prints the name of a file before each line. Where such names are still there
// when the lines are parsed, in text that was changed in a way that is not known, the events of two machines would be
// read as those of one.
import type { HeadLines } from '../formats/head-lines.ts';
import { beforeTask, hasEvent } from './looks.ts';
import type { Unusable } from './not-a-trace.ts';

const NAME = /(?:^|[^\w./-])([\w./-]*[A-Za-z][\w./-]*) *[:|] *$/;

/** A name that stands before fewer events may be part of something else. */
const FEWEST = 2;

/** Why these lines are not one trace; undefined: they may be one. */
export function severalNames(lines: HeadLines): Unusable | undefined {
  const counts = new Map<string, number>();
  for (let i = 0; i < lines.length; i++) {
    const line = lines.line(i);
    if (!hasEvent(line)) continue;
    const name = NAME.exec(beforeTask(line) ?? '')?.[1] ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = [...counts].filter(([, n]) => n >= FEWEST).map(([name]) => (name === '' ? 'none' : `"${name}"`));
  if (names.length < 2) return undefined;
  return {
    problem: `the lines begin with different names (${names[0]}, ${names[1]}): these are events of several files, machines or buffers`,
    tryThis: 'give each alone, such as the trace.dat files themselves',
  };
}
