// Rules from outside: files, folders, packages; TypeScript as it is; and what is wrong, said with its place.
import { describe, expect, it } from 'vitest';
import { loadRules } from '../../src/engine/running/load-rules.ts';
import { prepare } from '../../src/engine/running/prepare.ts';
import { InputError } from '../../src/index.ts';
import { ruleFile, scratch } from './scratch.ts';

async function ids(specs: string[], folder: string): Promise<string[]> {
  return prepare(await loadRules(specs, folder)).map(({ meta }) => meta.id);
}

/** `where: what` of the error. */
async function problem(specs: string[], folder: string): Promise<string> {
  try {
    await ids(specs, folder);
    return 'nothing is wrong';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `${error.where}: ${error.message}`;
  }
}

describe('loadRules', () => {
  it('a file, in TypeScript and in JavaScript', async () => {
    const folder = scratch({
      'a.ts': ruleFile('rule-a'),
      'b.mjs': ruleFile('rule-b').replace(": 'experimental' =", ' ='),
      'c.cjs': `module.exports = require('pindrift').defineRule({ meta: { id: 'rule-c', summary: 's', why: 'w', needs: [], status: 'stable', severity: {}, falsePositives: [], references: [], fixedBy: [], messages: {} }, create: () => ({}) });`,
    });
    expect(await ids(['./a.ts', 'b.mjs', `${folder}/c.cjs`], folder)).toEqual(['rule-a', 'rule-b', 'rule-c']);
  });

  it('a folder: its rules, not its tests, helpers, types and configs', async () => {
    const folder = scratch({
      'rules/b.ts': ruleFile('rule-b'),
      'rules/a.ts': ruleFile('rule-a'),
      'rules/helper.ts': 'export const helper = 1;',
      'rules/a.test.ts': 'throw new Error("a test is no rule");',
      'rules/pindrift.config.ts': 'throw new Error("a config is no rule");',
      'rules/types.d.ts': 'export {};',
      'rules/README.md': '',
    });
    expect(await ids(['./rules'], folder)).toEqual(['rule-a', 'rule-b']);
  });

  it('several rules in one file', async () => {
    const folder = scratch({
      'a.ts': ruleFile('rule-a'),
      'b.ts': ruleFile('rule-b'),
      'all.ts': `import a from './a.ts'; import b from './b.ts'; export default [a, b];`,
    });
    expect(await ids(['./all.ts'], folder)).toEqual(['rule-a', 'rule-b']);
  });

  it('a package, by its name and without the prefix', async () => {
    const folder = scratch({
      'node_modules/pindrift-rules-x/package.json':
        '{"name":"pindrift-rules-x","type":"module","exports":"./src/x.ts"}',
      'node_modules/pindrift-rules-x/src/x.ts': ruleFile('rule-x'),
      'node_modules/@acme/rules/package.json': '{"name":"@acme/rules","main":"y.js"}',
      'node_modules/@acme/rules/y.js': ruleFile('rule-y').replace(": 'experimental' =", ' ='),
    });
    expect(await ids(['pindrift-rules-x', '@acme/rules'], folder)).toEqual(['rule-x', 'rule-y']);
    expect(await ids(['x'], folder)).toEqual(['rule-x']);
  });

  it('a folder that is a package', async () => {
    const folder = scratch({
      'p/package.json': '{"exports":{".":{"import":"./src/x.ts"}}}',
      'p/src/x.ts': ruleFile('rule-x'),
      'p/other.ts': ruleFile('rule-o'),
    });
    expect(await ids(['./p'], folder)).toEqual(['rule-x']);
  });

  it('the same file twice is one rule', async () => {
    const folder = scratch({ 'a.ts': ruleFile('rule-a') });
    expect(await ids(['./a.ts', '.'], folder)).toEqual(['rule-a']);
  });

  it.each<[string, Record<string, string>, string[], RegExp]>([
    ['no such file', {}, ['./nope.ts'], /^\.\/nope\.ts: no such file or directory$/],
    ['no such package', {}, ['nope'], /^nope: no file, directory or package named nope or pindrift-rules-nope$/],
    ['neither path nor package', {}, ['a b'], /a b is neither a path nor the name of a package/],
    ['a folder without rules', { 'x/a.md': '' }, ['./x'], /^\.\/x: there is no rule in this directory$/],
    ['a file that is no code', { 'a.txt': '' }, ['./a.txt'], /this is not a TypeScript or JavaScript file/],
    [
      'a file without a rule',
      { 'a.ts': 'export default 3;' },
      ['./a.ts'],
      /^a\.ts: this is not a rule: its default export is not the result of defineRule\(\)/,
    ],
    ['an empty file', { 'a.ts': '' }, ['./a.ts'], /^a\.ts: this is not a rule: the file exports nothing/],
    [
      'a file with other exports',
      { 'a.ts': 'export const helper = 1;' },
      ['./a.ts'],
      /^a\.ts: this is not a rule: it exports no rule by default, only helper/,
    ],
    ['a syntax error', { 'a.ts': 'export default {' }, ['./a.ts'], /^a\.ts:1:17: cannot be loaded: .*Unexpected token/],
    [
      'an import that is not there',
      { 'a.ts': `import 'nope'; ${ruleFile('rule-a')}` },
      ['./a.ts'],
      /^a\.ts:1: cannot be loaded: Cannot find (module|package) 'nope'/,
    ],
    [
      'a rule that throws when loaded',
      { 'a.ts': 'throw new RangeError("oh");' },
      ['./a.ts'],
      /^a\.ts:1: cannot be loaded: RangeError: oh$/,
    ],
    [
      'two rules of one name',
      { 'a.ts': ruleFile('rule-a'), 'b.ts': ruleFile('rule-a') },
      ['.'],
      /^b\.ts: two rules have the id rule-a: one from a\.ts, one from b\.ts$/,
    ],
    [
      'a rule that no defineRule made',
      { 'a.ts': `export default { ...${'{ meta: { id: "x" }, create() { return {}; } }'} };` },
      ['./a.ts'],
      /^a\.ts: rule x: its default export is not the result of defineRule\(\)$/,
    ],
    [
      'another version',
      { 'a.ts': `import r from './b.ts'; export default { ...r, api: 2 };`, 'b.ts': ruleFile('rule-a') },
      ['./a.ts'],
      /^a\.ts: rule rule-a: api: it was made for version 2 of the rule contract; this pindrift has 1$/,
    ],
    [
      'a wrong meta',
      { 'a.ts': ruleFile('rule-a').replace("why: 'w'", 'why: 3') },
      ['./a.ts'],
      /^a\.ts:5:41: rule rule-a: meta\.why: expected a string$/,
    ],
    [
      'a probe that is known',
      { 'a.ts': ruleFile('rule-a', "probes: { mine: { function: 'do_wp_page', on: 'entry', fields: {} } },") },
      ['./a.ts'],
      /^a\.ts: rule rule-a: probes\.mine: do_wp_page \(entry\) is known as wpFault; handle that in `events`$/,
    ],
    [
      'a probe with too many fields',
      {
        'a.ts': ruleFile(
          'rule-a',
          `probes: { mine: { function: 'x', on: 'entry', fields: { ${'abcdefghi'
            .split('')
            .map((n) => `${n}: 'number'`)
            .join(', ')} } } },`,
        ),
      },
      ['./a.ts'],
      /at most eight numbers/,
    ],
    [
      'a probe of an unknown meaning',
      { 'a.ts': ruleFile('rule-a', "probes: { mine: { function: 'x', on: 'entry', fields: { a: 'adress' } } },") },
      ['./a.ts'],
      /probes\.mine\.fields\.a: /,
    ],
  ])('%s', async (_name, files, specs, text) => {
    expect(await problem(specs, scratch(files))).toMatch(text);
  });

  it('two rules may share a probe, and not disagree about it, unless they run apart', async () => {
    const probe = (fields: string) =>
      `probes: { shared: { function: 'x_shared', on: 'entry', fields: { ${fields} } } },`;
    const same = scratch({
      'a.ts': ruleFile('rule-a', probe("n: 'number'")),
      'b.ts': ruleFile('rule-b', probe("n: 'number'")),
    });
    expect(await ids(['.'], same)).toEqual(['rule-a', 'rule-b']);
    const disagreeing = scratch({
      'a.ts': ruleFile('rule-a', probe("n: 'number'")),
      'c.ts': ruleFile('rule-c', probe("m: 'number'")),
    });
    expect(await problem(['.'], disagreeing)).toContain('another rule defines this kind differently');
    expect(await ids(['c.ts'], disagreeing)).toEqual(['rule-c']);
  });
});
