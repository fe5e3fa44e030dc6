// Why: what pindrift looks for, at a glance.
import * as Flags from '@oclif/core/flags';
import { pad, wrap } from '../../report/format.ts';
import { painter } from '../../report/paint.ts';
import { jsonText } from '../../report/serialize.ts';
import { BUILT_IN } from '../../rules/index.ts';
import { writeOut } from '../../util/output.ts';
import { terminal } from '../../util/terminal.ts';
import { BaseCommand } from '../base.ts';
import { screenFlags } from '../shared/flags.ts';

export default class RulesList extends BaseCommand {
  static override summary = 'List the rules: what each finds, and which events it needs.';
  static override examples = ['<%= config.bin %> rules list', '<%= config.bin %> rules list --json'];
  static override flags = {
    json: Flags.boolean({ summary: 'print JSON: every field of every rule' }),
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(RulesList);
    if (flags.json) {
      await writeOut([
        `${jsonText(
          BUILT_IN.map(({ meta }) => meta),
          2,
        )}\n`,
      ]);
      return;
    }
    const { color, width = 80 } = terminal(process.stdout, flags.color);
    await writeOut(listing(color, Math.max(40, width)));
  }
}

function* listing(color: boolean, width: number): Iterable<string> {
  const paint = painter(color);
  for (const { meta } of BUILT_IN) {
    const status = meta.status === 'stable' ? '' : `  (${meta.status})`;
    yield `${paint('bold', meta.id)}${status}\n`;
    yield* wrap(meta.summary, width - 4).map((line) => `    ${line}\n`);
    const needs = meta.needs.map((anyOf) => anyOf.join(' or ')).join(', ') || 'nothing';
    yield* wrap(needs, width - 11).map((line, i) => `    ${paint('dim', pad(i === 0 ? 'needs' : '', 7))}${line}\n`);
  }
  yield `\n${BUILT_IN.length} rules; \`pindrift rules explain ID\` says all about one\n`;
}
