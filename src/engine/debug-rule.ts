// Traces one rule line by line: the transitions it received, its reports, and its reasons for not reporting.
import { IN_BYTES } from '../api/show.ts';
import type { Model } from '../api/views-model.ts';
import type { Report, Rule } from '../rules/contract.ts';
import type { Call, RuleFailure, RuleObserver } from './running/observe.ts';
import { failureText } from './running/run-rules.ts';
import { type SpokenOf, SubjectWords } from './subject-words.ts';

export class DebugRule implements RuleObserver {
  readonly #id: string;
  readonly #write: (line: string) => void;
  readonly #said: string[] = [];
  #words = new SubjectWords();

  constructor(id: string, write: (line: string) => void) {
    this.#id = id;
    this.#write = write;
  }

  /** Pages are named by pfn once the trace has shown one. */
  started(model: Model): void {
    this.#words = new SubjectWords(model as SpokenOf);
  }

  before({ rule }: Call): void {
    if (rule.meta.id === this.#id) this.#said.length = 0;
  }

  after({ rule, handler, line, subject }: Call): void {
    if (rule.meta.id !== this.#id) return;
    const what = typeof subject === 'object' && subject !== null ? this.#words.of(subject, !IN_BYTES.has(handler)) : '';
    const answer = this.#said.length === 0 ? 'nothing' : this.#said.join('; ');
    this.#write(`${`:${line}`.padEnd(9)}${handler.padEnd(16)} ${what}\n${' '.repeat(9)}-> ${answer}\n`);
  }

  reported(rule: Rule, report: Report): void {
    if (rule.meta.id === this.#id) this.#said.push(`reports ${report.messageId} (${report.severity}): ${report.cause}`);
  }

  harmed(rule: Rule): void {
    if (rule.meta.id === this.#id) this.#said.push('reports the harm of the drift');
  }

  undecided(rule: Rule, reason: string): void {
    if (rule.meta.id === this.#id) this.#said.push(`cannot decide: ${reason}`);
  }

  debug(rule: Rule, because: string): void {
    if (rule.meta.id === this.#id) this.#said.push(`silent: ${because}`);
  }

  failed(failure: RuleFailure): void {
    if (failure.rule === this.#id) this.#said.push(failureText(failure));
  }
}
