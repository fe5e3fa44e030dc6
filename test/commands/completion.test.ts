// Completion as a shell has it: the printed script is sourced and asked.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandMeant, flagMeant } from '../../src/util/meant.ts';
import { pindrift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  writeFileSync(join(folder, 'complete.bash'), pindrift(['completion', 'bash']).stdout);
  for (const name of ['x.db', 'trace.txt', 'my-rule.ts', 'known.json']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'captures'));
});

/** The words that Tab offers at the end of the line. bash splits it at `=`. */
function offered(line: string, splits = true): string[] {
  const script = `source ./complete.bash; compopt() { :; }; COMP_WORDS=(${splits ? line.replaceAll('=', ' = ') : line}${line.endsWith(' ') ? " ''" : ''}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _pindrift; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stderr, stdout } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash', () => {
  it.each([
    ['pindrift tri', ['triage']],
    ['pindrift rules ', ['explain', 'list', 'new', 'test']],
    ['pindrift rules explain swapin-c', ['swapin-cow-under-pin']],
    ['pindrift check trace.txt --report sa', ['sarif']],
    ['pindrift check --report=sa', ['sarif']],
    ['pindrift check trace.txt --fail-on ', ['error', 'warning', 'note', 'never']],
    ['pindrift check --debug-rule pin-l', ['pin-leak']],
    ['pindrift report ', ['x.db', 'captures/']],
    ['pindrift check --rules ', ['my-rule.ts', 'captures/']],
    ['pindrift triage x.db --baseline k', ['known.json']],
    ['pindrift completion f', ['fish']],
  ])('%s', (line, words) => {
    expect(offered(line)).toEqual(expect.arrayContaining(words));
    if (words.length === 1) expect(offered(line)).toEqual(words);
  });

  it('a flag and its value in one word, where `=` does not split words', () => {
    expect(offered('pindrift check --report=sa', false)).toEqual(['--report=sarif']);
    expect(offered('pindrift check --rules=my', false)).toEqual(['--rules=my-rule.ts']);
    expect(offered('pindrift check --output=tra', false)).toEqual(['--output=trace.txt']);
  });

  it("files are the shell's where any file may stand", () => {
    expect(offered('pindrift check tr')).toEqual([]);
    expect(offered('pindrift check trace.txt -o ')).toEqual([]);
    expect(pindrift(['completion', 'bash']).stdout).toContain(
      'complete -o bashdefault -o default -F _pindrift pindrift',
    );
  });
});

it('zsh runs the script of bash: it has no expansion that zsh lacks', () => {
  expect(pindrift(['completion', 'zsh']).stdout).not.toContain('${!');
});

describe.skipIf(spawnSync('zsh', ['-f', '-c', 'zmodload zsh/zpty']).status !== 0)('zsh', { timeout: 60_000 }, () => {
  beforeAll(() => writeFileSync(join(folder, 'complete.zsh'), pindrift(['completion', 'zsh']).stdout));

  /** The line after Tab, as the line editor of zsh has it: a widget prints it. */
  function completed(line: string): string | undefined {
    const script = `
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z 'source ./complete.zsh; shown() { print -r -- "<$BUFFER>"; BUFFER=; }; zle -N shown; bindkey "^X" shown; print rea""dy'
      zpty -r -m z out '*ready*'
      zpty -w -n z $'${line}\\t\\x18'
      zpty -r -m z out '*<*>*' && print -r -- $out
      zpty -d z`;
    const { stdout } = spawnSync('zsh', ['-f', '-c', script], { cwd: folder, encoding: 'utf8', timeout: 20_000 });
    return /<(.*)>/.exec(stdout)?.[1];
  }

  it.each([
    ['pindrift tri', 'pindrift triage '],
    ['pindrift check --report sa', 'pindrift check --report sarif '],
    ['pindrift check --report=sa', 'pindrift check --report=sarif '],
    ['pindrift check --rules=./m', 'pindrift check --rules=./my-rule.ts '],
    ['pindrift check --output=tra', 'pindrift check --output=trace.txt '],
    ['pindrift check --output=cap', 'pindrift check --output=captures/'],
    ['pindrift check tra', 'pindrift check trace.txt '],
  ])('%s', (line, meant) => {
    expect(completed(line)).toBe(meant);
  });
});

it('fish offers files by kind', () => {
  const { stdout } = pindrift(['completion', 'fish']);
  expect(stdout).toMatch(/seen_subcommand_from report' -f -a '\(__pindrift_files db\)'/);
  expect(stdout).toMatch(/-l rules -xa '\(__pindrift_files ts js mjs mts\)'/);
});

it('the other shells get a script too, and only shells do', () => {
  expect(pindrift(['completion', 'zsh']).stdout).toContain('bashcompinit');
  expect(pindrift(['completion', 'fish']).stdout).toMatch(/-l report -xa 'pretty text json/);
  expect(pindrift(['completion', 'tcsh'])).toMatchObject({ status: 2, stdout: '' });
});

describe('what was meant', () => {
  const ids = ['check', 'coverage', 'triage', 'rules:explain', 'rules:test', 'fleet:run'];
  it.each([
    ['chekc x', 'pindrift check'],
    ['tri', 'pindrift triage'],
    ['rules tset', 'pindrift rules test'],
    ['rulse test x', 'pindrift rules test'],
    ['rules frobnicate', 'pindrift rules --help'],
    ['explain pin-leak', 'pindrift rules explain'],
    ['--versoin', 'pindrift --version'],
    ['no such', undefined],
    ['', undefined],
  ])('%s', (line, meant) => {
    expect(commandMeant(line.split(' '), ids)).toBe(meant);
  });

  it('flags and their values', () => {
    expect(flagMeant('Nonexistent flag: --reprot\nSee more help with --help', { report: {}, json: {} })).toBe(
      '--report',
    );
    expect(flagMeant('Expected --report=sarfi to be one of: json, sarif\nSee more', {})).toBe('--report sarif');
    expect(flagMeant('Nonexistent flag: --quux', { report: {}, json: {} })).toBeUndefined();
    const flags = { format: { options: ['ftrace', 'csv'] }, report: { options: ['csv', 'json'] } };
    expect(flagMeant('Expected --format=json to be one of: ftrace, csv\nSee more', flags)).toBe('--report json');
  });

  it('is suggested on the terminal', () => {
    expect(pindrift(['rules', 'tset'])).toMatchObject({
      status: 2,
      stderr: 'pindrift: unknown command: rules tset\n  try: pindrift rules test\n',
    });
    expect(pindrift(['check', '--reprot', 'x']).stderr).toContain('  try: --report (pindrift check --help says more)');
  });
});
