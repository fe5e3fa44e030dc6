// Why: applies a plan line by line. A line of the input remains a line, so that line numbers are those of the file:
// joined lines leave blank lines, and text outside of the trace becomes an empty comment.

import { DASHES, DUMP, EMPTY_DUMP, hasEvent, isBetween, isEventLine, NOTHING } from '../detect/looks.ts';
import { isOtherMessage } from '../formats/kernel-lines.ts';
import { takeOffAround } from './around-log.ts';
import { takeOffPattern, withoutSuffix } from './common.ts';
import { Folded } from './folded.ts';
import { Page, withoutEntities, withoutMarkup } from './html.ts';
import { Kmsg } from './kmsg.ts';
import { LineNumbers } from './line-numbers.ts';
import { withBlanks, withoutMarks } from './marks.ts';
import type { MendPlan } from './mend-plan.ts';
import { LONGEST, Parts } from './parts.ts';
import { decodeQuotedPrintable } from './plan.ts';
import { type Bare, behindThese, type Prefix, takeOffLog, takeOffThese } from './prefixes.ts';
import { Senders } from './senders.ts';
import { bootOf, isCellNames, JournalTexts, memberOf, uncelled, unescaped, unquoted } from './strings.ts';
import { NamedLines } from './task-names.ts';
import type { Mender } from './text-lines.ts';
import { wasWrapped } from './wrapped.ts';

/** A reader of trace_pipe consumes what it reads, so no other reader gets it. */
const PRINTED = 'these lines were printed in quotes by a program; they may be incomplete';

export class LineMender implements Mender {
  readonly isLineByLine = true;
  readonly #plan: MendPlan;
  readonly #page = new Page();
  readonly #log = new Log();
  readonly #kmsg = new Kmsg();
  readonly #parts = new Parts();
  readonly #journal = new JournalTexts();
  /** named beside a line, in JSON or in the journal, and in front of it */
  readonly #writers: Senders;
  readonly #senders: Senders;
  /** of the entry of the journal */
  #boot: string | undefined;
  readonly #numbers = new LineNumbers();
  #named: NamedLines | undefined;
  #folded: Folded | undefined;
  /** joined lines not returned yet, and their number of input lines */
  #held: string | undefined;
  #holds = 0;
  /** the last line of the input */
  #last = '';

  constructor(plan: MendPlan) {
    this.#plan = plan;
    this.#writers = new Senders(plan.senders);
    this.#senders = new Senders(plan.senders);
  }

  /** Known at the end: all senders print one trace. */
  get isOneTrace(): boolean {
    return this.#writers.isOneTrace || this.#senders.isOneTrace;
  }

  /** What is wrong with the text as a whole, known at its end. */
  get damage(): string | undefined {
    const named = this.#writers.damage ?? this.#senders.damage ?? this.#named?.damage;
    const others = named ?? this.#numbers.damage ?? this.#page.damage;
    if (others !== undefined) return others;
    return this.#plan.log === true ? (this.#log.damage ?? this.#kmsg.damage) : undefined;
  }

  get doubt(): string | undefined {
    const { python, escapes, log } = this.#plan;
    if (python !== true && escapes !== true) return undefined;
    // a dump has a beginning and an end
    return log === true && !this.#log.isTrace && this.damage === undefined ? undefined : PRINTED;
  }

  /** What was done to the text. */
  get words(): readonly string[] {
    return this.#log.isTrace ? ['behind other text'] : this.#plan.words;
  }

  /** Part of a trace was seen. */
  get found(): boolean {
    if (this.#plan.html === true) return this.#page.found;
    return this.#plan.log !== true || this.#log.found;
  }

  /**
   * Repair a line. The result has as many newlines as the lines it is made of; it may be delayed until the next call.
   */
  take(line: string): string {
    const { parts, folded } = this.#plan;
    if (parts === true) return this.#takeWhole(this.#parts.take(line));
    if (folded === undefined) return this.#takeLine(line);
    this.#folded ??= new Folded(folded);
    return this.#takeWhole(this.#folded.take(line.replace(/\r+$/, '')));
  }

  #takeWhole(whole: { line: string; before: string } | undefined): string {
    return whole === undefined ? '' : this.#takeLine(whole.line) + whole.before;
  }

  #takeLine(line: string): string {
    const plan = this.#plan;
    if (plan.quotedPrintable === true) return this.#takeQuotedPrintable(line);
    if (plan.wrapped !== undefined) return this.#takeWrapped(this.#mend(line), plan.wrapped);
    const mended = this.#mend(line);
    if (plan.doubled === true) {
      const isAgain = mended === this.#last && hasEvent(mended);
      this.#last = isAgain ? '' : mended;
      if (isAgain) return `${NOTHING}\n`;
    }
    return `${mended}\n`;
  }

  /** The delayed rest. */
  end(): string {
    const { held } = this.#parts;
    // a part without its end has no newline either
    const folded = this.#takeWhole(this.#folded?.end());
    return folded + this.#release() + (held === undefined ? '' : this.#takeLine(held).trimEnd());
  }

  #mend(given: string): string {
    const plan = this.#plan;
    let end = given.length;
    while (end > 0 && given[end - 1] === '\r') end--;
    let line = given.slice(0, end);
    if (plan.escapes === true) line = unescaped(line);
    if (plan.member !== undefined) {
      const own = this.#writers.take(memberOf(line, plan.member));
      if (own === undefined) return NOTHING;
      line = own;
    }
    if (plan.journal === true) {
      this.#boot = bootOf(line) ?? this.#boot;
      line = this.#writers.take({ rest: this.#journal.take(line) ?? NOTHING, from: this.#boot }) ?? NOTHING;
    }
    if (plan.cells === true) line = isCellNames(line) ? NOTHING : uncelled(line);
    if (plan.entities === true) line = withoutEntities(line);
    if (plan.padded === true) line = line.trimEnd();
    if (plan.outer !== undefined) line = line.replace(plan.outer, '');
    if (plan.names !== undefined) {
      this.#named ??= new NamedLines(plan.names);
      line = this.#named.take(line);
    }
    if (plan.marks === true) line = withoutMarks(line);
    if (plan.html === true) return this.#page.take(line);
    if (plan.page === true) line = withoutMarkup(line);
    if (plan.python === true) line = unquoted(line);
    if (plan.tabs === true) line = withBlanks(line);
    if (plan.log === true) {
      if (plan.suffix !== undefined) line = withoutSuffix(line, plan.suffix);
      const outer = plan.around && takeOffAround(line, plan.around);
      const read = this.#kmsg.read(outer?.rest ?? line);
      const bare = read && within(outer, takeOffLog(read.line, isEventLine));
      if (this.#log.isInside && this.#log.isNumbered) this.#numbers.take(bare?.line, bare?.file);
      const own = bare && this.#senders.take(bare);
      if (read === undefined || own === undefined) return NOTHING;
      if (read.record !== undefined) this.#kmsg.take(read.record, this.#log.isInside);
      return this.#log.take(own, read.line, bare);
    }
    if (plan.literal !== undefined && line.startsWith(plan.literal)) line = line.slice(plan.literal.length);
    const bare =
      plan.pattern !== undefined
        ? takeOffPattern(line, plan.pattern)
        : plan.prefixes !== undefined
          ? takeOffThese(line, plan.prefixes)
          : undefined;
    if (bare !== undefined) {
      this.#numbers.take(bare.line, bare.file);
      this.#numbers.takeOfPatch(line, line !== bare.rest);
      line = this.#senders.take(bare) ?? NOTHING;
    }
    if (plan.indent !== undefined) line = line.replace(plan.indent, '');
    return plan.suffix === undefined ? line : withoutSuffix(line, plan.suffix);
  }

  /** `=` at the end of a line joins it with the next. */
  #takeQuotedPrintable(line: string): string {
    const bare = line.trimEnd();
    const soft = bare.endsWith('=');
    const part = soft ? bare.slice(0, -1) : line;
    this.#held = (this.#held ?? '') + part;
    this.#holds++;
    if (soft && this.#held.length < LONGEST) return '';
    this.#held = this.#mend(decodeQuotedPrintable(this.#held));
    return this.#release();
  }

  #takeWrapped(line: string, width: number): string {
    const held = this.#held;
    const goesOn =
      held !== undefined &&
      (hasEvent(held) || held.startsWith('#')) &&
      !isEventLine(line) &&
      !isBetween(line) &&
      held.length < LONGEST &&
      wasWrapped(this.#last, line, width);
    const out = goesOn ? '' : this.#release();
    const hard = this.#plan.hard === true;
    // a terminal breaks lines at any point, and copied text may lack the spaces at the end
    const left = this.#last.endsWith(':') ? 1 : Math.max(0, width - this.#last.length);
    const joint = hard ? ' '.repeat(left) : ' ';
    this.#held = goesOn ? `${held}${joint}${hard ? line : line.trim()}` : line;
    this.#last = line;
    this.#holds++;
    return out;
  }
  #release(): string {
    const out = this.#holds === 0 ? '' : `${this.#held ?? ''}${'\n'.repeat(this.#holds)}`;
    this.#held = undefined;
    this.#holds = 0;
    return out;
  }
}

/** What is known of a line of a log from what it was printed in. */
function within(outer: Bare | undefined, bare: Bare): Bare {
  if (outer === undefined) return bare;
  const names = [outer.from, bare.from].filter((name) => name !== undefined);
  return { ...bare, from: names.length > 0 ? names.join(' ') : undefined, line: outer.line ?? bare.line };
}

/** The first line of a trace that is no dump: ftrace, trace-cmd report. */
const TRACE_HEAD = /^# tracer: \S|^(?:cpus=\d|version = \d)/;

/** The columns of a dump, which is printed in latency-format. */
const DUMPED = /-\d+ +\d+[^\s\d:]\S{2,5} +\d+(?:us)?/;

/** A log that contains one or more ftrace dumps, or other text with a trace behind it. */
class Log {
  found = false;
  /** its events have a number in front of the line */
  isNumbered = false;
  #lines = 0;
  #state: 'around' | 'banner' | 'dump' | 'trace' = 'around';
  /** line of the banner of the current dump */
  #banner = 0;
  #damage: string | undefined;
  /** what stands before its events */
  #prefixes: readonly Prefix[] = [];

  /** @param whole with what a log put in front */
  take(line: string, whole: string, bare: Bare | undefined): string {
    this.#lines++;
    if (DUMP.test(line)) {
      this.#checkEnd();
      this.found = true;
      this.#state = 'banner';
      this.#banner = this.#lines;
      return `# ${line.trim()}`;
    }
    if (this.#state === 'trace') {
      this.found ||= isEventLine(line);
      return behindThese(whole, this.#prefixes) ?? whole;
    }
    if (EMPTY_DUMP.test(line)) return NOTHING;
    if (DASHES.test(line)) {
      this.#state = this.#state === 'banner' ? 'dump' : 'around';
      return NOTHING;
    }
    if (this.#state !== 'around') {
      // another CPU printed into the line: the rest is not an event but a bad line
      const torn = line.search(/\[ *\d+\.\d{3,9}\](?:\[ *[TC]\d+\])? /);
      if (torn >= 0 && line.slice(0, torn).trim() !== '') return line.slice(torn);
      if (isEventLine(line)) {
        this.#prefixes = bare?.prefixes ?? [];
        this.isNumbered = bare?.line !== undefined;
      } else if (this.#prefixes.length > 0 && isOtherMessage(behindThese(whole, this.#prefixes) ?? '')) return NOTHING;
      return line;
    }
    const isEvent = isEventLine(line);
    if (TRACE_HEAD.test(line) || (isEvent && !DUMPED.test(line))) {
      this.#state = 'trace';
      this.#prefixes = bare?.prefixes ?? [];
      this.found ||= isEvent;
      if (isEvent)
        this.#damage ??= `the trace begins in line ${this.#lines}, behind other text, without a header: lines before it may be missing`;
      return line;
    }
    if (!isEvent && !/^ *CPU:\d+ \[LOST /.test(line)) return NOTHING;
    // the log has lost the banner, or never had one
    this.found = true;
    this.#damage ??= `the dump that line ${this.#lines} belongs to has no beginning: lines of the log are missing`;
    return line;
  }

  get damage(): string | undefined {
    this.#checkEnd();
    return this.#damage;
  }

  /** Within a dump. */
  get isInside(): boolean {
    return this.#state === 'banner' || this.#state === 'dump';
  }

  /** It is no dump. */
  get isTrace(): boolean {
    return this.#state === 'trace';
  }

  #checkEnd(): void {
    if (this.#state !== 'dump') return;
    this.#damage ??= `the dump that begins in line ${this.#banner} does not end: its last lines are missing`;
  }
}
