// The parts of a rule's test, as written by its author.

import type { Confidence, Severity } from '../contract/finding.ts';
import type { TraceFormat } from '../parsers/formats/head.ts';
import type { Messages, OptionSchemas, OptionValues } from '../rules/contract.ts';

/** One finding, if comments in the trace are not sufficient. */
export interface Expectation<Id extends string = string> {
  readonly messageId: Id;
  /** lines that must be in its evidence; line 1 is the first of the trace that is not empty */
  readonly lines?: readonly number[];
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  /** the message with its values, or a pattern for it */
  readonly message?: string | RegExp;
}

export interface Case<M extends Messages = Messages, O extends OptionSchemas = OptionSchemas> {
  /** what happens in the trace: `fork, then the parent writes` */
  readonly name: string;
  /** text in any of the formats, with `# expect: MESSAGE` and `# ok` after its lines */
  readonly trace: string;
  /** kernel of the trace if the text does not show it */
  readonly kernel?: string;
  /** format, if it is detected wrongly */
  readonly format?: TraceFormat;
  /** options of the rule that differ from their defaults */
  readonly options?: Partial<OptionValues<O>>;
  /** all findings, in trace order; in addition to comments or instead of them */
  readonly expect?: readonly Expectation<Extract<keyof M, string>>[];
}

/** At least one of each is required. */
export interface Cases<M extends Messages = Messages, O extends OptionSchemas = OptionSchemas> {
  /** the rule reports the findings given in the comments */
  readonly fires: readonly Case<M, O>[];
  /** the rule has all required events and reports nothing */
  readonly silent: readonly Case<M, O>[];
  /** events are missing from the trace: the rule is undecided, or less certain */
  readonly partial: readonly Case<M, O>[];
}

export type CaseKind = keyof Cases;
