// Why: the first thing a new user reads, on the terminal and in the manual.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pindrift, root } from './run.ts';

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

it('the manual has a page for every command, made of the same words', () => {
  const pages = readdirSync(join(root, 'man'));
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
  const names = Object.keys(commands).map((id) => `pindrift-${id.replaceAll(':', '-')}.1`);
  expect(pages.toSorted()).toEqual([...names, 'pindrift.1'].toSorted());
  const check = readFileSync(join(root, 'man/pindrift-check.1'), 'utf8');
  expect(check).toContain(commands.check.summary.replaceAll('-', '\\-'));
  for (const name of Object.keys(commands.check.flags)) expect(check).toContain(name.replaceAll('-', '\\-'));
  expect(check).not.toContain('<%=');
});

describe('a topic that is a command too', () => {
  it('without a flag shows its help', () => {
    const { status, stderr, stdout } = pindrift(['capture']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('capture --cleanup');
    expect(stdout).toContain('capture doctor');
  });
});
