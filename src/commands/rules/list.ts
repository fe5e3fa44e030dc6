// Why: lists what pindrift looks for.
import * as Flags from '@oclif/core/flags';
import { pad, wrap } from '../../report/shared/format.ts';
import { painter } from '../../report/shared/paint.ts';
import { jsonText } from '../../report/shared/serialize.ts';
import type { Rule } from '../../rules/contract.ts';
import { writeOut } from '../../util/output.ts';
import { terminal } from '../../util/terminal.ts';
import { BaseCommand } from '../base.ts';
import { screenFlags } from '../shared/flags.ts';
import { ruleFlags, setUpRules } from '../shared/rule-flags.ts';

export default class RulesList extends BaseCommand {
  static override summary = 'List the rules: what each finds, and which events it needs.';
  static override examples = ['<%= config.bin %> rules list', '<%= config.bin %> rules list --json'];
  static override flags = {
    json: Flags.boolean({ summary: 'print JSON: every field of every rule' }),
    ...ruleFlags,
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(RulesList);
    const { rules } = await setUpRules(flags);
    if (flags.json) {
      await writeOut([
        `${jsonText(
          rules.map(({ meta }) => meta),
          2,
        )}\n`,
      ]);
      return;
    }
    const { color, width = 80 } = terminal(process.stdout, flags.color);
    await writeOut(listing(rules, color, Math.max(40, width)));
  }
}

function* listing(rules: readonly Rule[], color: boolean, width: number): Iterable<string> {
  const paint = painter(color);
  const labelled = (label: string, text: string) =>
    wrap(text, width - 14).map((line, i) => `    ${paint('dim', pad(i === 0 ? label : '', 10))}${line}\n`);
  for (const { meta } of rules) {
    const status = meta.status === 'stable' ? '' : `  (${meta.status})`;
    yield `${paint('bold', meta.id)}${status}\n`;
    yield* wrap(meta.summary, width - 4).map((line) => `    ${line}\n`);
    yield* labelled('severity', severityWords(meta.severity));
    const needs = meta.needs.map((anyOf) => anyOf.join(' or ')).join(', ') || 'nothing';
    yield* labelled('needs', needs);
  }
  yield `\n${rules.length} rules; \`pindrift rules explain ID\` shows one in full\n`;
}

/** `5.10: warning; 6.1: error`; without an era if it is the same on all kernels. */
function severityWords(severity: Readonly<Record<string, string>>): string {
  const words = Object.entries(severity).map(([era, text]) => (era === 'all' ? text : `${era}: ${text}`));
  return words.join('; ') || 'as in the finding';
}
