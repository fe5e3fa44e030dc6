// The reference of the rule guide, taken from the sources of the contract: what is documented is what compiles.
import { TEXT_FORMATS } from '../src/parsers/formats/head.ts';
import { FUNCTIONS } from '../src/vocabulary/functions.ts';
import { PROMISE_NAMES } from '../src/vocabulary/kernel/promises.ts';
import { KIND_FIELDS, KIND_NAMES } from '../src/vocabulary/kinds.ts';

type Read = (file: string) => string;

export function referencePage(read: Read, first: string): string {
  const views = read('src/api/views.ts') + read('src/api/views-model.ts');
  const contract = read('src/rules/contract.ts');
  const probes = read('src/vocabulary/probes.ts');
  const options = read('src/api/options.ts');
  const cases = read('src/testing/cases.ts');
  const config = read('src/config/schema.ts');
  const program = read('src/program.ts');
  const finding = read('src/contract/finding.ts');
  const pin = read('src/model/pin.ts');
  return `${first}

# Reference

For rules of \`pindrift\`, their tests and their config. The types are the ones that the package exports; each field has its comment. The [guide](README.md) explains how to use them.

- [Transitions](#transitions): what a rule is told
- [State](#state): what it can look at
- [Events](#events): the lines themselves
- [Rule](#rule): meta, context, reports
- [Probes](#probes) and [options](#options)
- [Tests](#tests)
- [Config](#config)
- [In a program](#in-a-program)

## Transitions

Handlers of a rule are named after these. \`pins\` are live pins; \`vpn\`, \`start\` and \`end\` count virtual pages (of \`model.pageBytes\` bytes, \`start\` is the first, \`end\` the one after the last). (E1) and the like are rows of the model.

| handler | when | what it gets |
| --- | --- | --- |
${transitions(read('src/api/transitions.ts'))}

## State

What the trace has not shown is \`undefined\`. Everything is read-only: a view has no setters, and the lists are frozen. The same pin, address space or drift is always the same object, so it can be a key of a Map.

${code(interfaces(views, ['At', 'Pin', 'PinCall', 'Drift', 'Step', 'Mm', 'Entry', 'RangeOp', 'ForkUnderWay', 'Io', 'Task', 'Model', 'Counts', 'TraceFacts', 'Torn', 'Gap']))}

### Values

${code(`${types(finding + pin + views, ['PageId', 'EntryState', 'PinKind', 'PinOwner', 'ReleasedBy', 'ReusedBy', 'WrprotectKind', 'StepRole', 'DriftVia', 'Severity', 'Confidence', 'Harm'])}\n\n${oneOf('KernelPromise', PROMISE_NAMES)}\n\n${oneOf('TraceFormat', TEXT_FORMATS)}`)}

## Events

A rule that needs what no transition says handles events, under \`events\`, by kind: \`events: { taskExec({ at, fields }) { ... } }\`. A handler runs after the state has changed by the event. Fields are what the probe shows; \`undefined\` where the line does not.

| kind | fields | kernel functions and tracepoints |
| --- | --- | --- |
${kinds()}

## Rule

${code(`${interfaces(contract, ['RuleMeta'])}\n\n${interfaces(read('src/contract/fix.ts'), ['Fix', 'FixScope'])}`)}

${code(interfaces(contract, ['Examples', 'RuleContext', 'Subject', 'Doubt', 'EvidenceStep', 'HarmReport', 'RuleDefinition']))}

A report names a message of \`meta.messages\` and brings a value for each of its {placeholders} but {pinned} and {mapped}, which are there already: the pinned page, and the page mapped in its place.

${code(interfaces(contract, ['ReportBody']))}

## Probes

${code(interfaces(probes, ['Probe']))}

${doc(probes, 'FieldMeaning')}

## Options

A small part of JSON Schema: \`type\` is \`boolean\`, \`integer\`, \`number\` (with \`minimum\`, \`maximum\`), \`string\` (with \`enum\`) or \`array\` of strings; each has a \`default\` and a \`description\`. The values are in \`context.options\`, with these types.

${code(types(options, ['OptionSchema']))}

## Tests

${code(interfaces(cases, ['Cases', 'Case', 'Expectation']))}

## Config

${code(`${types(config, ['RuleSetting'])}\n\n${interfaces(config, ['Suppression', 'Config'])}`)}

## In a program

${code(`${types(program, ['TraceSource'])}\n\n${interfaces(program, ['CheckOptions', 'ReplayContext', 'ReplayOptions', 'ReplayResult'])}`)}
`;
}

const code = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``;

/** \`export interface NAME ... }\` with the comment in front of it. */
function interfaces(source: string, names: readonly string[]): string {
  return names
    .map((name) =>
      block(
        source,
        new RegExp(`(?:/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?(?:export )?interface ${name}\\b[\\s\\S]*?\\n}`),
        name,
      ),
    )
    .join('\n\n');
}

function types(source: string, names: readonly string[]): string {
  return names
    .map((name) =>
      block(
        source,
        new RegExp(`(?:/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?export type ${name}\\b[\\s\\S]*?;\\n(?!  )`),
        name,
      ),
    )
    .join('\n\n');
}

/** A type whose values are the rows of a table. */
const oneOf = (name: string, values: readonly string[]): string =>
  `type ${name} =\n${values.map((value) => `  | '${value}'`).join('\n')};`;

function block(source: string, pattern: RegExp, name: string): string {
  const found = pattern.exec(source)?.[0];
  if (found === undefined) throw new Error(`the reference has no ${name}: it is no longer where it was`);
  return found.replace(/^(?:export )/gm, '').trim();
}

/** The comment of a type, as text. */
function doc(source: string, name: string): string {
  const found = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\nexport type ${name}\\b`).exec(source)?.[1] ?? '';
  return found
    .replace(/^\s*\* ?/gm, '')
    .replace(/\n/g, ' ')
    .trim();
}

/** Rows out of \`interface Transitions\`: the comment, the name, the fields. */
function transitions(source: string): string {
  const body = /interface Transitions \{\n([\s\S]*?)\n\}\n/.exec(source)?.[1] ?? '';
  const rows: string[] = [];
  let comment = '';
  for (const [, words, name, inline, fields] of body.matchAll(
    /^ {2}(?:\/\*\*\s+((?:(?!\*\/)[\s\S])*?)\s*\*\/|(\w+): (?:\{ ([^\n]*) \}|(\{[\s\S]*?\n {2}\}|\w+));)$/gm,
  )) {
    if (words !== undefined) {
      comment = words.replace(/\n\s*\* ?/g, ' ').replace(/^\* /, '');
      continue;
    }
    rows.push(`| \`${name}\` | ${cell(comment)} | ${cell(fieldList(inline ?? fields ?? ''))} |`);
  }
  return rows.join('\n');
}

function fieldList(text: string): string {
  if (/^\w+$/.test(text)) return `the fields of \`${text}\``;
  const plain = text.replace(/\/\*\*[\s\S]*?\*\//g, '');
  return [...plain.matchAll(/readonly (\w+): ([^;]+)/g)]
    .map(([, name, type]) => `\`${name}: ${type.replace(/\s+/g, ' ').trim()}\``)
    .join(', ');
}

function kinds(): string {
  const rows = KIND_NAMES.map((kind, i) => {
    const fields = KIND_FIELDS[i].map(({ name }) => `\`${name}\``);
    const shown = FUNCTIONS.filter(({ entry, ret }) => entry === kind || ret === kind).map(({ name, ret }) =>
      name.startsWith('tp:') ? `\`${name.slice(3)}\`` : `\`${name}()\`${ret === kind ? ' return' : ''}`,
    );
    return kind === 'none'
      ? ''
      : `| \`${kind}\` | ${[...new Set(fields)].join(', ')} | ${[...new Set(shown)].join(', ')} |`;
  });
  return rows.filter((row) => row !== '').join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
