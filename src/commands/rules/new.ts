// Why: the first rule works before one understands it; from there on one changes it.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { loadRules } from '../../engine/load-rules.ts';
import { prepare } from '../../engine/prepare.ts';
import { GENERATED, rulePage } from '../../report/rule-page.ts';
import { BUILT_IN } from '../../rules/index.ts';
import { registered } from '../../scaffold/register.ts';
import { type Names, ruleSource, testSource } from '../../scaffold/template.ts';
import { InputError } from '../../util/errors.ts';
import { writeFileWhole, writeOut } from '../../util/output.ts';
import { BaseCommand } from '../base.ts';

export default class RulesNew extends BaseCommand {
  static override summary = 'Write a new rule with its test and its page; all of it works at once.';
  static override description =
    `In a folder of your own: ID.ts, ID.test.ts and ID.md, to run with --rules and \`rules test\`. In a clone of pindrift: src/rules/ID.ts, test/rules/ID.test.ts and docs/rules/ID.md.`;
  static override examples = [
    '<%= config.bin %> rules new longterm-pin-across-exec',
    '<%= config.bin %> rules new my-rule --dir my-rules',
  ];

  static override args = {
    id: Args.string({
      description: 'name of the rule, after what it finds: pinned-page-shared-by-fork',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { dir: Flags.string({ summary: 'the folder to write to', helpValue: 'DIR' }) };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RulesNew);
    const { id } = args;
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
      throw new InputError(`${id}: a name in lower-case words with - between them is wanted`, {
        tryThis: 'pindrift rules new longterm-pin-across-exec',
      });
    }
    if (BUILT_IN.some(({ meta }) => meta.id === id))
      throw new InputError(`${id} is a rule of pindrift's own`, { tryThis: `pindrift rules explain ${id}` });
    const here = process.cwd();
    const inside = flags.dir === undefined && isOurRepository(here);
    const places = inside ? ownPlaces(here, id) : placesIn(resolve(here, flags.dir ?? '.'), id);
    for (const path of [places.rule, places.test, places.page]) {
      if (existsSync(path)) throw new InputError('this file is there already', { where: relative(here, path) });
    }
    write(places.rule, ruleSource(places.names));
    write(places.test, testSource(places.names));
    const [rule] = prepare(await loadRules([places.rule], here));
    write(places.page, rulePage(rule.meta, inside ? GENERATED : undefined));
    if (inside) list(here, id);
    await writeOut(nextSteps(places, here, id, inside));
  }
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

/** Among the built-in rules, and on the page that lists them. */
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
