// Why: the frame around the commands, as the shell sees it: the installed script, its exit codes and its streams.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';

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

  it('finds its worker where the build put it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pindrift-worker-'));
    const trace = join(folder, 'trace.txt');
    const packed = new URL('../fixtures/6.12/odirect_read_swap.ft/trace.txt.gz', import.meta.url);
    writeFileSync(trace, gunzipSync(readFileSync(packed)));
    const one = pindrift('check', '--workers', '1', trace);
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(pindrift('check', '--workers', '2', trace)).toEqual(one);
    rmSync(folder, { recursive: true });
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

describe('compiled code is kept', () => {
  const home = mkdtempSync(join(tmpdir(), 'pindrift-code-'));
  afterAll(() => rmSync(home, { recursive: true }));

  const trace = fileURLToPath(new URL('../fixtures/6.12/odirect_read_swap.ft/trace.txt.gz', import.meta.url));
  const code = join(home, 'pindrift/check.code');
  const check = (path = trace, env: NodeJS.ProcessEnv = {}) => {
    const { NODE_DISABLE_COMPILE_CACHE, ...rest } = process.env;
    const { status, stderr, stdout } = spawnSync(process.execPath, [bin, 'check', path], {
      encoding: 'utf8',
      env: { ...rest, XDG_CACHE_HOME: home, ...env },
    });
    return { status, stderr, stdout };
  };

  it('for each command, once, after a run that did its work', () => {
    expect(check('no-such-trace').status).toBe(2);
    expect(readdirSync(home)).toEqual([]);
    const first = check();
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(home, 'pindrift'))).toEqual(['check.code']);
    const { ino, mode } = statSync(code);
    expect(mode & 0o777).toBe(0o600);
    expect(check()).toEqual(first);
    expect(statSync(code).ino).toBe(ino);
  });

  it('and made anew when it is damaged or of another version', () => {
    const first = check();
    const good = readFileSync(code);
    const changed = (at: number) => {
      const bytes = Buffer.from(good);
      bytes[at] ^= 1;
      return bytes;
    };
    // the header of V8, the code, the digest of the source
    for (const bad of [
      Buffer.alloc(0),
      good.subarray(0, 1000),
      changed(4),
      changed(500_000),
      changed(good.length - 30),
    ]) {
      writeFileSync(code, bad);
      expect(check()).toEqual(first);
      expect(readFileSync(code).equals(bad)).toBe(false);
    }
  });

  it('nowhere, if that is disabled or impossible', () => {
    const first = check();
    rmSync(code);
    expect(check(trace, { NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual(first);
    expect(readdirSync(join(home, 'pindrift'))).toEqual([]);
    expect(check(trace, { XDG_CACHE_HOME: '/dev/null' })).toEqual(first);
    expect(check(trace, { HOME: undefined, XDG_CACHE_HOME: undefined })).toEqual(first);
  });
});
