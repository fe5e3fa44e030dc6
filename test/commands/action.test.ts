// Why: the steps of action.yml are shell, and nobody sees them run before they fail in somebody's CI.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bin, LOOK_ALIKE, root, STORY, scratch } from './run.ts';

const { clean, file } = scratch();
afterAll(clean);

const folder = file('pindrift');
mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
symlinkSync(bin, join(folder, 'node_modules/.bin/pindrift'));

function check(name: string, inputs: Record<string, string>) {
  const output = file(`${name}.output`);
  const { status, stderr, stdout } = spawnSync('bash', [join(root, 'contrib/action/check.sh')], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PINDRIFT_BASELINE: '',
      PINDRIFT_FAIL_ON: 'warning',
      PINDRIFT_SARIF: '',
      PINDRIFT_ANNOTATIONS: 'true',
      PINDRIFT_FLAGS: '',
      PINDRIFT_FOLDER: folder,
      GITHUB_OUTPUT: output,
      ...inputs,
    },
  });
  return { status, stderr, stdout, output: existsSync(output) ? readFileSync(output, 'utf8') : '' };
}

describe('action.yml', { timeout: 120_000 }, () => {
  it('annotates, writes SARIF, and ends with the exit code of check', () => {
    const sarif = file('x.sarif');
    const { output, status, stdout } = check('story', { PINDRIFT_TRACES: STORY, PINDRIFT_SARIF: sarif });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=/m);
    expect(JSON.parse(readFileSync(sarif, 'utf8')).version).toBe('2.1.0');
    expect(output).toBe(`verdict=findings\nexit-code=1\nsarif=${sarif}\n`);
  });

  it('takes several traces, flags and a glob, and has no report without annotations', () => {
    const { output, status, stdout } = check('clean', {
      PINDRIFT_TRACES: `${LOOK_ALIKE}\nfixtures/6.12/odirect_read_swap.f?/trace.txt.gz`,
      PINDRIFT_FLAGS: '--kernel 6.12',
      PINDRIFT_ANNOTATIONS: 'false',
    });
    expect(stdout).not.toContain('::');
    expect({ status, output }).toEqual({ status: 0, output: 'verdict=clean\nexit-code=0\n' });
  });

  it('the verdict is what was found, also where that does not fail the step', () => {
    const { output, status } = check('never', { PINDRIFT_TRACES: STORY, PINDRIFT_FAIL_ON: 'never' });
    expect({ status, output }).toEqual({ status: 0, output: 'verdict=findings\nexit-code=0\n' });
  });

  it('a trace that cannot be read is annotated', () => {
    const bad = file('bad.bin');
    writeFileSync(bad, Buffer.from([0, 1, 2, 3]));
    const { output, stdout } = check('some', { PINDRIFT_TRACES: `${LOOK_ALIKE} ${bad}` });
    expect(stdout).toMatch(/^::error file=.*bad\.bin,title=a trace could not be read::/m);
    expect(stdout).not.toContain('::notice');
    expect(output).toBe('verdict=some\nexit-code=4\n');
  });

  it('names no SARIF file of another run', () => {
    const sarif = file('old.sarif');
    writeFileSync(sarif, '{}');
    const { output } = check('missing', { PINDRIFT_TRACES: file('nothing.txt'), PINDRIFT_SARIF: sarif });
    expect(output).toBe('verdict=failed\nexit-code=2\n');
  });

  it('without a trace says which input is empty', () => {
    expect(check('none', { PINDRIFT_TRACES: ' ' })).toMatchObject({ status: 2, output: '' });
  });

  it('names the scripts that are there and the inputs they read', () => {
    const text = readFileSync(join(root, 'action.yml'), 'utf8');
    for (const [, script] of text.matchAll(/PINDRIFT_ACTION\/([\w/.]+)"/g)) {
      const read = new Set(
        [...readFileSync(join(root, script), 'utf8').matchAll(/\$\{?(PINDRIFT_\w+)/g)].map(([, n]) => n),
      );
      for (const name of read) expect(text).toContain(`${name}: `);
    }
  });
});
