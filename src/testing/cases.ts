// What a test of a rule consists of, as its author writes it.

import type { Confidence, Severity } from '../contract/finding.ts';
import type { TraceFormat } from '../parsers/head.ts';
import type { Messages, OptionSchemas, OptionValues } from '../rules/contract.ts';

/** One finding, where comments in the trace do not say enough. */
export interface Expectation<Id extends string = string> {
  readonly messageId: Id;
  /** lines that must be in its evidence; line 1 is the first of the trace that is not empty */
  readonly lines?: readonly number[];
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  /** the filled message, or what must match it */
  readonly message?: string | RegExp;
}

export interface Case<M extends Messages = Messages, O extends OptionSchemas = OptionSchemas> {
  /** what happens in the trace: `fork, then the parent writes` */
  readonly name: string;
  /** text in any of the formats, with `# expect: MESSAGE` and `# ok` behind its lines */
  readonly trace: string;
  /** kernel of the trace where the text does not show it */
  readonly kernel?: string;
  /** format, where looking at the text tells wrong */
  readonly format?: TraceFormat;
  /** options of the rule that differ from their defaults */
  readonly options?: Partial<OptionValues<O>>;
  /** all findings, in the order of the trace; beside or instead of comments */
  readonly expect?: readonly Expectation<Extract<keyof M, string>>[];
}

/** At least one of each: a rule that is not seen to fire, to stay silent and to be honest is not tested. */
export interface Cases<M extends Messages = Messages, O extends OptionSchemas = OptionSchemas> {
  /** the rule reports what the comments say */
  readonly fires: readonly Case<M, O>[];
  /** the rule has all it needs and reports nothing */
  readonly silent: readonly Case<M, O>[];
  /** something is missing from the trace: the rule says that it cannot decide, or is not sure of what it finds */
  readonly partial: readonly Case<M, O>[];
}

export type CaseKind = keyof Cases;
