// Why: a diff of two traces contains the events of both, and of what they have in common sometimes only parts. Read as
// one trace it is neither.

import { hasEvent } from './looks.ts';
import type { Unusable } from './not-a-trace.ts';

/** Unified, context and normal form. A file that is added or removed as a whole has one side only. */
const FORMS: readonly RegExp[] = [
  /^--- (?!\/dev\/null)\S.*\r?\n\+\+\+ (?!\/dev\/null)\S.*\r?\n@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/m,
  /^\*\*\* .*\r?\n--- .*\r?\n\*{15}\r?\n/m,
  /^(?:[1-9]\d*(?:,\d+)?[acd]|0a)[1-9]\d*(?:,\d+)?\r?\n[<>] /,
];

/** Lines after such a mark in which there must be an event: a mail may contain a patch of something else, and a trace. */
const LOOKED_AT = 40;

/** Normal form in which everything was added or removed. */
const ONE_SIDE = /^(?:0a1(?:,\d+)?\r?\n>|1(?:,\d+)?d0\r?\n<)/;

/**
 * What stands between the CPU and the name of an event. A string of a program has several lines in one, and what a log
 * server keeps of a line has it twice (Elastic Common Schema: `message`, `event.original`).
 */
const MIDDLE = /\[\d{3}\].{0,12}? \d+\.\d{6,9}: \S/g;
const isString = (line: string): boolean => line.includes('\\') || /^\s*\{"/.test(line);

/** Most events stand beside another in one line, as in the output of `diff -y`. */
function sideBySide(head: string): boolean {
  const events = head
    .split('\n', 2 * LOOKED_AT)
    .map((line) => (isString(line) ? 0 : (line.match(MIDDLE)?.length ?? 0)));
  const pairs = events.filter((n) => n > 1).length;
  return pairs > 1 && pairs * 2 > events.filter((n) => n > 0).length;
}

/** Why a text that begins like this (one character per byte) is not one trace; undefined: it may be one. */
export function twoSided(head: string): Unusable | undefined {
  if (ONE_SIDE.test(head)) return undefined;
  if (sideBySide(head))
    return {
      problem: 'most lines contain two events: a diff of two traces side by side, or lines that were joined',
      tryThis: 'give the traces themselves; `pindrift diff A B` compares what was found in two',
    };
  const marks = FORMS.map((form) => form.exec(head)).filter((m) => m !== null);
  if (
    !marks.some(({ 0: mark, index }) =>
      head
        .slice(index + mark.length)
        .split('\n', LOOKED_AT)
        .some(hasEvent),
    )
  )
    return undefined;
  return {
    problem: 'this is a diff of two traces, which contains parts of both',
    tryThis: 'give the two traces themselves; `pindrift diff A B` compares what was found in them',
  };
}
