// The config: found upwards, checked with messages that point at the key, and what it makes of a report.
import { chmodSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Setup } from '../../src/config/assemble.ts';
import { settle } from '../../src/config/settle.ts';
import { setUp } from '../../src/config/setup.ts';
import { check, InputError } from '../../src/index.ts';
import { ruleFile, scratch } from './scratch.ts';
import { pinThenFork } from './traces.ts';

/** Where a config is looked for. */
const repository = (files: Record<string, string>): string => scratch({ '.git/HEAD': '', ...files });

async function problem(
  files: Record<string, string>,
  more: { rules?: string[]; config?: string } = {},
): Promise<string> {
  try {
    await setUp({ folder: repository(files), ...more });
    return 'nothing is wrong';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `${error.where}: ${error.message}`;
  }
}

const json = (value: unknown) => ({ 'pindrift.config.json': JSON.stringify(value) });

describe('the config', () => {
  it('is found in the folder or above it, in TypeScript', async () => {
    const folder = repository({
      'pindrift.config.ts': `import { defineConfig } from 'pindrift'; export default defineConfig({ rules: { 'pin-leak': 'off' }, load: ['./rules'], failOn: 'note' });`,
      'rules/a.ts': ruleFile('rule-a'),
      'deep/er/x.txt': '',
    });
    const setup = await setUp({ folder: join(folder, 'deep', 'er') });
    expect(setup.rules.map(({ meta }) => meta.id)).toContain('rule-a');
    expect(setup.rules.map(({ meta }) => meta.id)).not.toContain('pin-leak');
    expect(setup.failOn).toBe('note');
  });

  it('is not looked for when the user says so, and nothing is loaded then', async () => {
    const folder = repository({ 'pindrift.config.ts': 'throw new Error("it ran");' });
    expect((await setUp({ folder, config: false })).from).toBeUndefined();
    await expect(setUp({ folder })).rejects.toThrow('it ran');
  });

  it.skipIf(process.geteuid?.() !== 0)('is not run when another user put it there', async () => {
    const { chownSync } = await import('node:fs');
    const folder = repository({ 'pindrift.config.ts': 'throw new Error("it ran");' });
    const path = join(folder, 'pindrift.config.ts');
    chownSync(path, 12345, statSync(path).gid);
    chmodSync(path, 0o644);
    await expect(setUp({ folder })).rejects.toThrow('it belongs to another user, so it is ignored');
    await expect(setUp({ folder, config: path })).rejects.toThrow('it ran');
  });

  it('is not run when others may write it, its folder or what it loads', async () => {
    const evil = 'throw new Error("it ran");';
    const writable = (path: string, files: Record<string, string>) => {
      const folder = repository(files);
      chmodSync(join(folder, path), 0o777);
      return setUp({ folder });
    };
    await expect(writable('pindrift.config.ts', { 'pindrift.config.ts': evil })).rejects.toThrow(
      'it is writable by others',
    );
    await expect(writable('.', { 'pindrift.config.ts': evil })).rejects.toThrow(
      /the directory .* is writable by others/,
    );
    const loads = { ...json({ load: ['./rules'] }), 'rules/a.ts': evil };
    await expect(writable('rules/a.ts', loads)).rejects.toThrow('it is writable by others');
    await expect(writable('rules', loads)).rejects.toThrow(/the directory .* is writable by others/);
    await expect(writable('rules', { ...loads, 'rules/a.ts': ruleFile('rule-a') })).rejects.toThrow(InputError);
  });

  it('in an unpacked archive is used only if it is named', async () => {
    const folder = scratch({ 'a/pindrift.config.ts': 'throw new Error("it ran");', 'a/b/trace.txt': '' });
    const setup = await setUp({ folder: join(folder, 'a/b') });
    expect(setup.from).toBeUndefined();
    expect(setup.stranger).toMatch(`${join(folder, 'a/pindrift.config.ts')} is not in a repository`);
    await expect(setUp({ folder, config: 'a/pindrift.config.ts' })).rejects.toThrow('it ran');
  });

  it.each([
    ['a time from before it was unpacked', -86_400],
    ['a time that has not come yet', 86_400],
  ])('in an unpacked archive that has its own .git is not used: it has %s', async (_, seconds) => {
    const folder = repository({ 'pindrift.config.ts': 'throw new Error("it ran");' });
    const path = join(folder, 'pindrift.config.ts');
    const time = Date.now() / 1000 + seconds;
    utimesSync(path, time, time);
    const setup = await setUp({ folder });
    expect(setup.from).toBeUndefined();
    expect(setup.stranger).toMatch('was unpacked or copied here');
    await expect(setUp({ folder, config: path })).rejects.toThrow('it ran');
  });

  it('that loops while it is loaded is named, as is a rule', async () => {
    const folder = repository({ 'pindrift.config.mjs': 'for (;;);', 'loop.mts': 'while (true) {}\nexport default 1;' });
    await expect(setUp({ folder, timeout: 300 })).rejects.toThrow(
      'pindrift.config.mjs did not return from import within 0.3 s',
    );
    await expect(setUp({ folder, config: false, rules: ['./loop.mts'], timeout: 300 })).rejects.toThrow(
      'loop.mts did not return from import within 0.3 s',
    );
  });

  it('above the repository is not looked for', async () => {
    const folder = scratch({ '.git/HEAD': '', 'pindrift.config.ts': 'throw new Error("it ran");', 'a/.git/HEAD': '' });
    expect((await setUp({ folder: join(folder, 'a') })).from).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [{ foo: 1 }, 'pindrift.config.json: foo: no such key'],
    [{ rules: { 'pin-leek': 'off' } }, 'pindrift.config.json: rules.pin-leek: no such rule: pin-leek; pin-leak?'],
    [
      { rules: { 'pin-leak': 'of' } },
      'pindrift.config.json: rules.pin-leak: expected off, on, error, warning, note or { severity, options }',
    ],
    [
      { rules: { 'pin-leak': { options: { x: 1 } } } },
      'pindrift.config.json: rules.pin-leak.options.x: this rule has no options',
    ],
    [
      { rules: { 'insufficient-evidence': 'off' } },
      'pindrift.config.json: rules.insufficient-evidence: this rule cannot be switched off',
    ],
    [{ failOn: 'fatal' }, 'pindrift.config.json: failOn: expected error, warning, note or never'],
    [{ load: 'x' }, 'pindrift.config.json: load: expected a list'],
    [{ suppress: [{ rule: 'pin-leak' }] }, 'pindrift.config.json: suppress[0].reason: this key is missing'],
    [
      { suppress: [{ rule: 'pin-leak', reason: ' ' }] },
      'pindrift.config.json: suppress[0].reason: say why this is accepted',
    ],
    [{ suppress: [{ reason: 'x' }] }, 'pindrift.config.json: suppress[0]: expected rule, fingerprint, comm or path'],
    [{ suppress: [{ rule: 'nope', reason: 'x' }] }, 'pindrift.config.json: suppress[0].rule: no such rule: nope'],
    [
      { suppress: [{ rule: 'pin-leak', reason: 'x', until: '31.12.' }] },
      'pindrift.config.json: suppress[0].until: expected a date such as 2026-12-31',
    ],
    [
      { suppress: [{ fingerprint: 'x', reason: 'x' }] },
      'pindrift.config.json: suppress[0].fingerprint: expected 16 hex digits',
    ],
  ])('%j', async (value, text) => {
    expect(await problem(json(value))).toContain(text);
  });

  it('a rule with the name of a built-in one', async () => {
    expect(await problem({ 'a.ts': ruleFile('pin-leak') }, { rules: ['./a.ts'] })).toBe(
      'a.ts: two rules have the id pin-leak: one from pindrift itself, one from a.ts',
    );
  });

  it('no JSON, no such file', async () => {
    expect(await problem({ 'pindrift.config.json': '{' })).toMatch(/^pindrift\.config\.json: invalid JSON/);
    expect(await problem({}, { config: 'nope.json' })).toBe('nope.json: no such config');
  });

  it('sets the options of a rule', async () => {
    const rule = ruleFile('rule-a').replace(
      'messages: {}',
      "messages: {}, options: { n: { type: 'integer', default: 3, minimum: 1, description: 'd' } }",
    );
    const setup = await setUp({
      folder: repository({ ...json({ load: ['./a.ts'], rules: { 'rule-a': { options: { n: 5 } } } }), 'a.ts': rule }),
    });
    expect(setup.running.options).toEqual({ 'rule-a': { n: 5 } });
    expect(
      await problem({ ...json({ load: ['./a.ts'], rules: { 'rule-a': { options: { n: 0 } } } }), 'a.ts': rule }),
    ).toContain('rules.rule-a.options.n: expected at least 1');
    expect(
      await problem({ ...json({ load: ['./a.ts'], rules: { 'rule-a': { options: { m: 0 } } } }), 'a.ts': rule }),
    ).toContain('rules.rule-a.options.m: no such option; the rule has n');
  });
});

describe('settle', () => {
  const report = () =>
    check({
      name: 'a/trace.txt',
      text: `${pinThenFork}\nscn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000\n`,
    });
  const setup = (more: Partial<Setup>) => ({ severity: new Map(), suppress: [], from: 'the config', ...more });

  it('changes nothing that nobody named', async () => {
    const before = await report();
    expect(before.findings.map(({ rule }) => rule)).toContain('pin-leak');
    expect(settle(before, setup({}), '2026-01-01')).toEqual({ report: before, notes: [] });
  });

  it('gives findings the severity that the user wants', async () => {
    const before = await report();
    const { report: after } = settle(
      before,
      setup({ severity: new Map(before.findings.map(({ rule }) => [rule, 'note'])) }),
      '2026-01-01',
    );
    expect(after.findings.map(({ severity }) => severity)).toEqual(before.findings.map(() => 'note'));
    expect(after.verdict).not.toBe('violated');
  });

  it.each<[string, Setup['suppress'][number]]>([
    ['rule', { rule: 'pin-leak', reason: 'r' }],
    ['rule and comm', { rule: 'pin-leak', comm: 's*n', reason: 'r' }],
    ['rule and path', { rule: 'pin-leak', path: '*/trace.*', reason: 'r' }],
    ['until today', { rule: 'pin-leak', reason: 'r', until: '2026-01-01' }],
  ])('suppresses by %s', async (_name, suppression) => {
    const before = await report();
    const { report: after, notes } = settle(before, setup({ suppress: [suppression] }), '2026-01-01');
    expect(after.findings.some(({ rule }) => rule === 'pin-leak')).toBe(false);
    expect(after.suppressed?.map(({ reason, finding }) => [reason, finding.rule])).toEqual([['r', 'pin-leak']]);
    expect(after.rules.find(({ id }) => id === 'pin-leak')?.findings).toBe(0);
    expect(notes).toEqual(['1 finding suppressed by the config']);
  });

  it.each<[string, Setup['suppress'][number], string]>([
    [
      'has run out',
      { rule: 'pin-leak', reason: 'r', until: '2025-12-31' },
      'the config: suppress[0] expired on 2025-12-31; its findings are reported again (r)',
    ],
    ['fits nothing', { comm: 'other', reason: 'r' }, 'the config: suppress[0] matches no finding (r)'],
    [
      'has a fingerprint of another',
      { fingerprint: '0'.repeat(16), reason: 'r' },
      'the config: suppress[0] matches no finding (r)',
    ],
  ])('says what %s', async (_name, suppression, note) => {
    const before = await report();
    const { report: after, notes } = settle(before, setup({ suppress: [suppression] }), '2026-01-01');
    expect(after.findings).toEqual(before.findings);
    expect(notes).toEqual([note]);
  });
});
