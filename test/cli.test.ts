// Why: the frame around the commands, as the shell sees it: the installed script, its exit codes and its streams.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function pindrift(...args: string[]) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });
  return { status, stderr, stdout };
}

describe('the command line', () => {
  it.each(['--version', '-v'])('%s', (flag) => {
    const { status, stderr, stdout } = pindrift(flag);
    expect(stdout).toBe(`pindrift/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('help goes to stdout', () => {
    const { status, stderr, stdout } = pindrift('--help');
    expect(stdout).toContain('USAGE');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('an unknown command: 2, and nothing on stdout', () => {
    expect(pindrift('no', 'such\x1b[31m')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pindrift: unknown command: no such\n  try: pindrift --help\n',
    });
  });

  it('a reader that went away: no message, no stack', async () => {
    const child = spawn(process.execPath, [bin, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const stderr: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const [status] = await once(child, 'close');
    expect(Buffer.concat(stderr).toString()).toBe('');
    expect(status).toBe(141);
  });
});
