// Why: the first thing a new user reads, and what their shell completes.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { pindrift, root, scratch } from './run.ts';

const { clean, dir } = scratch();
afterAll(clean);

/** Every command, as it is typed. */
const commands = (readdirSync(`${root}/src/commands`, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts') && !file.endsWith('base.ts') && !file.startsWith('shared'))
  .map((file) => file.replace(/\.ts$/, '').split('/'));

describe('help', () => {
  it('lists every command', () => {
    const { stdout } = pindrift(['--help']);
    for (const [first] of commands) expect(stdout).toContain(first);
  });

  it.each(commands)('%s %s', (...command) => {
    const args = command.filter((word) => word !== undefined);
    const { status, stderr, stdout } = pindrift([...args, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`$ pindrift ${args.join(' ')}`);
    expect(stdout).toContain('EXAMPLES');
    // an example is a command to copy: it is not broken
    const [text] = stdout.split('\nEXAMPLES');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('README', () => {
  it('shows what pindrift prints today, and names every command', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/readme.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('completion', () => {
  const home = { HOME: dir, XDG_CACHE_HOME: `${dir}/cache`, XDG_DATA_HOME: `${dir}/data` };

  it.each(['bash', 'zsh'])('for %s', (shell) => {
    const { status, stdout } = pindrift(['autocomplete', 'script', shell], { env: home });
    expect(status).toBe(0);
    expect(stdout).toContain(`PINDRIFT_AC_${shell.toUpperCase()}_SETUP_PATH`);
  });
});
