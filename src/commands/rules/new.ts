// Why: creates a working rule to start from.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { Lines } from '../../engine/reduce.ts';
import { reduceToLine } from '../../engine/reduce-to-line.ts';
import { loadRules } from '../../engine/running/load-rules.ts';
import { prepare } from '../../engine/running/prepare.ts';
import { GENERATED, rulePage } from '../../report/rule-page.ts';
import { BUILT_IN } from '../../rules/index.ts';
import { ruleFrom, type TraceCase, testFrom } from '../../scaffold/from-trace.ts';
import { registered } from '../../scaffold/register.ts';
import { type Names, ruleSource, testSource } from '../../scaffold/template.ts';
import { InputError } from '../../util/errors.ts';
import { escapeControl } from '../../util/escape.ts';
import { writeFileWhole, writeOut } from '../../util/output.ts';
import { BaseCommand } from '../base.ts';
import { traceFlags } from '../shared/flags.ts';

export default class RulesNew extends BaseCommand {
  static override summary = 'Create a new rule with its test and its page, ready to run.';
  static override description =
    `In a directory of your own: ID.ts, ID.test.ts and ID.md, to run with --rules and \`rules test\`. In a clone of ` +
    'pindrift: src/rules/ID.ts, test/rules/ID.test.ts and docs/rules/ID.md.';
  static override examples = [
    '<%= config.bin %> rules new longterm-pin-across-exec',
    '<%= config.bin %> rules new my-rule --dir my-rules',
    '<%= config.bin %> rules new my-rule --from trace.txt.gz --line 648',
  ];

  static override args = {
    id: Args.string({
      description: 'name of the rule, after what it finds: pinned-page-shared-by-fork',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    dir: Flags.string({ summary: 'the directory to write to', helpValue: 'DIR' }),
    from: Flags.string({
      summary: 'start from an event of this trace, reduced to a test case',
      helpValue: 'TRACE',
      dependsOn: ['line'],
    }),
    line: Flags.integer({
      summary: 'the line of that event; `pindrift events TRACE` lists the transitions with their lines',
      helpValue: 'N',
      min: 1,
      dependsOn: ['from'],
    }),
    kernel: traceFlags.kernel,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RulesNew);
    const { id } = args;
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
      throw new InputError(`${id}: expected lower-case words joined by -`, {
        tryThis: 'pindrift rules new longterm-pin-across-exec',
      });
    }
    if (BUILT_IN.some(({ meta }) => meta.id === id))
      throw new InputError(`${id} is a built-in rule`, { tryThis: `pindrift rules explain ${id}` });
    const here = process.cwd();
    const inside = flags.dir === undefined && isOurRepository(here);
    const places = inside ? ownPlaces(here, id) : placesIn(resolve(here, flags.dir ?? '.'), id);
    for (const path of [places.rule, places.test, places.page]) {
      if (existsSync(path))
        throw new InputError('this file already exists', {
          where: relative(here, path),
          tryThis: 'another ID, or --dir with another directory',
        });
    }
    const { from, kernel, line } = flags;
    const cut = from === undefined || line === undefined ? undefined : await cutFrom(from, line, kernel);
    write(places.rule, cut === undefined ? ruleSource(places.names) : ruleFrom(places.names, cut));
    write(places.test, cut === undefined ? testSource(places.names) : testFrom(places.names, cut));
    const [rule] = prepare(await loadRules([places.rule], here));
    write(places.page, rulePage(rule.meta, inside ? GENERATED : undefined));
    if (inside) list(here, id);
    await writeOut(nextSteps(places, here, id, inside));
  }
}

async function cutFrom(path: string, line: number, kernel: string | undefined): Promise<TraceCase> {
  const found = await reduceToLine(path, line, kernel === undefined ? {} : { kernel });
  const texts = (lines: Lines) => lines.map((one) => escapeControl(Buffer.from(one).toString('utf8').trimEnd()));
  const silent = found.silent === undefined ? undefined : texts(found.silent);
  const [lines, partial] = [texts(found.lines), texts(found.partial)];
  return { ...found, lines, partial, silent, from: `${escapeControl(basename(path))}:${line}` };
}

interface Places {
  rule: string;
  test: string;
  page: string;
  names: Names;
}

const placesIn = (folder: string, id: string): Places => ({
  rule: join(folder, `${id}.ts`),
  test: join(folder, `${id}.test.ts`),
  page: join(folder, `${id}.md`),
  names: { id, api: 'pindrift', testing: 'pindrift/testing', rule: `./${id}.ts`, runner: 'none' },
});

const ownPlaces = (root: string, id: string): Places => ({
  rule: join(root, 'src', 'rules', `${id}.ts`),
  test: join(root, 'test', 'rules', `${id}.test.ts`),
  page: join(root, 'docs', 'rules', `${id}.md`),
  names: {
    id,
    api: './contract.ts',
    testing: '../../src/testing.ts',
    rule: `../../src/rules/${id}.ts`,
    runner: 'vitest',
  },
});

function isOurRepository(folder: string): boolean {
  try {
    return (
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'pindrift' &&
      existsSync(join(folder, 'src', 'rules', 'contract.ts'))
    );
  } catch {
    return false;
  }
}

function write(path: string, text: string): void {
  mkdirSync(resolve(path, '..'), { recursive: true });
  writeFileWhole(path, [text]);
}

/** Adds it to the built-in rules, and to the page that lists them. */
function list(root: string, id: string): void {
  const index = join(root, 'src', 'rules', 'index.ts');
  const changed = registered(readFileSync(index, 'utf8'), id);
  if (changed !== undefined) write(index, changed);
}

function* nextSteps({ rule, test, page }: Places, here: string, id: string, inside: boolean): Iterable<string> {
  const shown = (path: string) => relative(here, path) || path;
  yield `wrote ${shown(rule)}\n      ${shown(test)}\n      ${shown(page)}\n`;
  if (inside) {
    yield `\nthe rule is listed in src/rules/index.ts\nnext: npm run docs, then npx vitest run ${shown(test)}\n`;
    return;
  }
  const path = shown(rule).startsWith('.') ? shown(rule) : `./${shown(rule)}`;
  yield `\nnext: pindrift rules test ${shown(test)}\n      pindrift check TRACE --rules ${path} --debug-rule ${id}\n`;
}
