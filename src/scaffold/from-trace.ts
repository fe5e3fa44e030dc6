// Why: the output of `rules new --from`: a rule that handles the event of a line in a real trace, and a reduced form of
// that trace as its first test.
import type { Names } from './template.ts';

/** Facts from the trace. */
export interface TraceCase {
  handler: string;
  /** event kind */
  kind: string;
  lines: readonly string[];
  /** index of the line with the event */
  line: number;
  silent: readonly string[] | undefined;
  partial: readonly string[];
  /** `trace.txt.gz:648`, without newlines, for a comment */
  from: string;
}

/** Handlers with one `pin` instead of `pins`. */
const ONE_PIN = new Set(['pin', 'release', 'share']);

export function ruleFrom({ api, id }: Names, { from, handler, kind }: TraceCase): string {
  const report = (indent: string) =>
    [
      'context.report({',
      "  messageId: 'seen',",
      '  data: { task: at },',
      '  pin,',
      '  at,',
      "  cause: 'describe what went wrong',",
      "  severity: 'note',",
      `  path: [{ role: '${handler}', at, what: 'describe this step' }],`,
      '});',
    ]
      .map((line) => `${indent}${line}`)
      .join('\n');
  const body = ONE_PIN.has(handler)
    ? `      ${handler}({ pin, at }) {\n${report('        ')}\n      },`
    : `      ${handler}({ pins, at }) {\n        for (const pin of pins) {\n${report('          ')}\n        }\n      },`;
  return `// (Say here what your rule is about, and why.) Begun with what happened in ${from}.
import { defineRule } from '${api}';

export default defineRule({
  meta: {
    id: '${id}',
    summary: 'Say in a sentence what it finds.',
    why: 'say why that matters',
    // event kinds without which it cannot decide; of each inner list one is enough
    needs: [['${kind}']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ['none known'],
    references: [],
    fixedBy: [],
    messages: { seen: '{task} did this while {pinned} was pinned' },
  },
  create(context) {
    return {
${body}
    };
  },
});
`;
}

/**
 * Escape the text of a trace, which is untrusted, for a template literal: nothing in it can end the literal or be
 * executed.
 */
const quoted = (text: string): string => text.replaceAll(/[\\`$]/g, '\\$&');

export function testFrom(names: Names, { from, kind, line, lines, partial, silent }: TraceCase): string {
  const text = (some: readonly string[]) => some.map((one) => `          ${quoted(one)}`).join('\n');
  const marked = lines.map((one, i) => (i === line ? `${one} # expect: seen` : one));
  const one = (name: string, trace: readonly string[]) =>
    `      {\n        name: '${name}',\n        trace: \`\n${text(trace)}\n        \`,\n      },`;
  const isVitest = names.runner === 'vitest';
  return `// Cut out of ${from}: no line of the first trace can go. \`# expect: MESSAGE\` behind a line that must be in the evidence.
${isVitest ? "import { describe, it } from 'vitest';\n" : ''}import { testRule } from '${names.testing}';
import rule from '${names.rule}';

testRule(
  rule,
  {
    fires: [
${one('as it was recorded', marked)}
    ],
    silent: [
${silent === undefined ? '      // a trace much like it in which nothing is wrong' : one('nobody holds the page', silent)}
    ],
    partial: [
${one(`events of this kind (${kind}) were not recorded`, partial)}
    ],
  },${isVitest ? '\n  { describe, it },' : ''}
);
`;
}
