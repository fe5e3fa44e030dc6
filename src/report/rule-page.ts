// The page of a rule in Markdown: its meta in fixed sections. docs/rules/ is generated from these, and `rules new`
// writes one beside the rule.

import type { OptionSchema } from '../api/options.ts';
import { fixText } from '../contract/fix.ts';
import type { RuleMeta } from '../rules/contract.ts';
import { OWN_CATALOGUE } from '../vocabulary/catalogue.ts';
import { sentence } from './shared/sentence.ts';

/** First line of every generated page. */
export const GENERATED = '<!-- Generated from the rule; run `npm run docs` to update. -->';

/**
 * @param first a line in front, such as {@link GENERATED}
 * @param picture the finding of the example, drawn as bands
 */
export function rulePage(meta: RuleMeta, first?: string, picture?: readonly string[]): string {
  const sections: [title: string, body: string][] = [
    ['Why', sentence(meta.why)],
    ['Needs', needs(meta)],
    [
      'Severity',
      list(Object.entries(meta.severity).map(([era, words]) => (era === 'all' ? words : `${era}: ${words}`))),
    ],
    ['What it reports', list(Object.entries(meta.messages).map(([id, text]) => `\`${id}\`: ${text}`))],
    ['Options', options(meta)],
    ['Example', example(meta, picture)],
    ['False positives', list(meta.falsePositives)],
    ['What to do', meta.advice === undefined ? '' : sentence(meta.advice)],
    ['Fixed by', list(meta.fixedBy.map(fixText))],
    ['Takes the place of', list((meta.overrides ?? []).map((id) => `[${id}](${id}.md)`))],
    ['References', list(meta.references)],
  ];
  const head = `${first === undefined ? '' : `${first}\n\n`}# ${meta.id}\n\n${escaped(meta.summary)}\n\nStatus: ${meta.status}.\n`;
  return (
    head +
    sections
      .filter(([, body]) => body !== '')
      .map(([title, body]) => `\n## ${title}\n\n${body.trimEnd()}\n`)
      .join('')
  );
}

/** The list of all rules, with links. */
export function rulesIndex(metas: readonly RuleMeta[], first: string): string {
  const rows = metas.map(({ id, summary, status }) => `| [${id}](${id}.md) | ${cell(summary)} | ${status} |`);
  return (
    `${first}\n\n# Rules\n\n${metas.length} rules, in the order of \`pindrift rules list\`.\n\n| rule | finds | ` +
    `status |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  );
}

function needs({ needs: sets }: RuleMeta): string {
  if (sets.length === 0) return 'None: it checks whatever the trace contains.';
  const lines = sets.map(
    (anyOf) => `${anyOf.map((kind) => `\`${kind}\``).join(' or ')}: ${OWN_CATALOGUE.probesFor(anyOf, undefined)}`,
  );
  return (
    'Events of these kinds; without them the rule reports "could not be checked" (after the colon: the kernel ' +
    `functions and tracepoints that provide them):\n\n${list(lines)}`
  );
}

function options({ options: schemas = {} }: RuleMeta): string {
  const rows = Object.entries(schemas).map(
    ([name, schema]) =>
      `| \`${name}\` | ${typeOf(schema)} | \`${JSON.stringify(schema.default)}\` | ${cell(schema.description)} |`,
  );
  return rows.length === 0
    ? ''
    : `| option | value | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function typeOf(schema: OptionSchema): string {
  switch (schema.type) {
    case 'array':
      return 'list of strings';
    case 'string':
      return schema.enum === undefined ? 'text' : schema.enum.map((one) => `\`${one}\``).join(', ');
    case 'boolean':
      return 'true or false';
    case 'number':
    case 'integer': {
      const bounds = [
        schema.minimum === undefined ? '' : `from ${schema.minimum}`,
        schema.maximum === undefined ? '' : `to ${schema.maximum}`,
      ];
      return [schema.type === 'integer' ? 'whole number' : 'number', ...bounds.filter((bound) => bound !== '')].join(
        ' ',
      );
    }
  }
}

function example({ examples }: RuleMeta, picture: readonly string[] = []): string {
  if (examples === undefined) return '';
  const drawn =
    picture.length === 0 ? '' : `\n\nThe page and its address over time:\n\n\`\`\`\n${picture.join('\n')}\n\`\`\``;
  return `This trace gives a finding:\n\n${code(examples.fires)}${drawn}\n\nThis one gives none:\n\n${code(examples.silent)}`;
}

/** A trace, without the indentation of the source it was written in. */
function code(trace: string): string {
  const lines = trace.split('\n').filter((line) => line.trim() !== '');
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return `\`\`\`\n${lines.map((line) => line.slice(indent).trimEnd()).join('\n')}\n\`\`\``;
}

const list = (items: readonly string[]): string => items.map((item) => `- ${escaped(item)}\n`).join('');
/** `<` of `<linux/mm.h>` is no tag. */
const escaped = (text: string): string => text.replaceAll('<', '&lt;');
const cell = (text: string): string => escaped(text).replaceAll('|', '\\|');
