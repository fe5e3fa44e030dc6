// Why: a finding names a rule; this prints its page: what it finds, why it matters, its false positives, its fix.

import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { fixText } from '../../contract/fix.ts';
import { wrap } from '../../report/shared/format.ts';
import { painter } from '../../report/shared/paint.ts';
import { sentence } from '../../report/shared/sentence.ts';
import { jsonText } from '../../report/shared/serialize.ts';
import type { OptionSchema, Rule, RuleMeta } from '../../rules/contract.ts';
import { InputError } from '../../util/errors.ts';
import { nearest } from '../../util/nearest.ts';
import { writeOut } from '../../util/output.ts';
import { terminal } from '../../util/terminal.ts';
import { BaseCommand } from '../base.ts';
import { screenFlags } from '../shared/flags.ts';
import { ruleFlags, setUpRules } from '../shared/rule-flags.ts';

export default class RulesExplain extends BaseCommand {
  static override summary = 'Explain a rule: what it finds, why it matters, its false positives, and the fix.';
  static override examples = ['<%= config.bin %> rules explain swapin-cow-under-pin'];
  static override args = {
    id: Args.string({
      description: 'id of the rule, as shown by `rules list` and in findings',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { json: Flags.boolean({ summary: 'print JSON' }), ...ruleFlags, color: screenFlags.color };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RulesExplain);
    const meta = metaOf(args.id, (await setUpRules(flags)).rules);
    if (flags.json) {
      await writeOut([`${jsonText(meta, 2)}\n`]);
      return;
    }
    const { color, width = 80 } = terminal(process.stdout, flags.color);
    await writeOut(page(meta, color, Math.max(40, width)));
  }
}

function metaOf(id: string, rules: readonly Rule[]): RuleMeta {
  const rule = rules.find(({ meta }) => meta.id === id);
  if (rule !== undefined) return rule.meta;
  const meant = nearest(
    id,
    rules.map(({ meta }) => meta.id),
  );
  throw new InputError(`no such rule: ${id}`, {
    tryThis: meant === undefined ? 'pindrift rules list' : `pindrift rules explain ${meant}`,
  });
}

function* page(meta: RuleMeta, color: boolean, width: number): Iterable<string> {
  const paint = painter(color);
  yield `${paint('bold', meta.id)}  (${meta.status})\n\n`;
  yield* wrap(meta.summary, width).map((line) => `${line}\n`);
  for (const [title, texts] of sections(meta)) {
    if (texts.length === 0) continue;
    yield `\n${paint('bold', title)}\n`;
    for (const text of texts) yield* wrap(text, width - 4).map((line, i) => `${i === 0 ? '  ' : '    '}${line}\n`);
  }
}

function sections(meta: RuleMeta): [string, readonly string[]][] {
  return [
    ['Why', [sentence(meta.why)]],
    ['Severity', Object.entries(meta.severity).map(([era, words]) => (era === 'all' ? words : `${era}: ${words}`))],
    ['Needs', meta.needs.map((anyOf) => anyOf.join(' or '))],
    ['Options', Object.entries(meta.options ?? {}).map(([name, schema]) => optionWords(name, schema))],
    ['False positives', meta.falsePositives],
    ['Fixed by', meta.fixedBy.map(fixText)],
    ['Try', meta.advice === undefined ? [] : [sentence(meta.advice)]],
    ['Takes the place of', meta.overrides ?? []],
    ['References', meta.references],
  ];
}

const optionWords = (name: string, schema: OptionSchema): string =>
  `${name} (${schema.type}, ${JSON.stringify(schema.default)} if not set): ${schema.description}`;
