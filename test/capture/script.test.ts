// Why: the script runs as root on machines that nobody here has seen. Here it is read by the shells that will run it; in
// the lab (lab/README.md) kernels take it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { probedArch } from '../../src/capture/arch.ts';
import { Btf } from '../../src/capture/btf/btf.ts';
import { readImage } from '../../src/capture/btf/image.ts';
import { BtfTypes } from '../../src/capture/btf/types.ts';
import { checkMachine } from '../../src/capture/doctor.ts';
import { tracedKernel } from '../../src/capture/kernel.ts';
import { planProbes } from '../../src/capture/plan.ts';
import { captureScript } from '../../src/capture/script/script.ts';
import { InputError } from '../../src/util/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-script-'));
afterAll(() => rmSync(folder, { recursive: true }));
const btf = (name: string): string => fileURLToPath(new URL(`kernels/${name}.btf`, import.meta.url));

function script(kernel: string, defaults: string[] = []): string {
  const machine = kernel.startsWith('arm64') ? 'aarch64' : 'x86_64';
  const arch = probedArch(machine);
  if (arch === undefined) throw new Error('no such architecture');
  const types = new BtfTypes(new Btf(readImage(btf(kernel)).bytes));
  const text = captureScript(planProbes(types, { arch, styles: ['names', 'args', 'registers'] }), {
    by: 'pindrift test',
    machine,
    btf: 'abc',
    release: "6.12 'x'",
    tier: 'core',
    clock: 'mono',
    costOf: (event) => (event === 'pipe_add' ? "it's a cost" : ''),
    defaults,
  });
  const path = join(folder, `${kernel}.sh`);
  writeFileSync(path, text);
  return path;
}

const SHELLS = [
  ['dash', '-n'],
  ['busybox', 'sh', '-n'],
  ['bash', '--posix', '-n'],
  ['shellcheck', '-s', 'sh'],
].filter(([program]) => spawnSync(program, ['--help']).error === undefined);

describe('the capture script', () => {
  it.each(['5.10', '7.3', 'arm64-6.1'])('for %s is accepted by every shell', (kernel) => {
    const path = script(kernel, ['--comm', "o'brien $(x)"]);
    expect(SHELLS.length).toBeGreaterThan(0);
    for (const [program, ...args] of SHELLS) {
      const { status, stdout, stderr } = spawnSync(program, [...args, path], { encoding: 'utf8' });
      expect({ program, status, text: stdout + stderr }).toEqual({ program, status: 0, text: '' });
    }
  });

  it('says how to use it, and refuses what it does not know', () => {
    const path = script('6.12');
    const run = (...args: string[]) => spawnSync('sh', [path, ...args], { encoding: 'utf8' });
    expect(run('--help').stdout).toContain('--cleanup');
    expect(run('--nonsense')).toMatchObject({ status: 2, stderr: expect.stringContaining('unknown: --nonsense') });
    expect(run('--tier', 'half').status).toBe(2);
    expect(run('-d', 'soon').status).toBe(2);
    const missing = run('--', 'no-such-command', 'x');
    expect(missing.stderr).toContain('no such command: no-such-command');
    expect(missing.status).not.toBe(0);
  });

  it('tries each way to write a definition, the best first, and takes what is the same in all as it is', () => {
    const { stdout } = spawnSync(
      'sh',
      ['-c', `sed -n '/probe wp_fault /,/r .p:/p;/probe wp_fault_ret/,/r .r/p' ${script('6.12')}`],
      { encoding: 'utf8' },
    );
    expect(stdout).toMatch(/n 'p:pindrift\/wp_fault do_wp_page mm=vmf->vma->vm_mm:x64/);
    expect(stdout).toMatch(/a 'p:pindrift\/wp_fault do_wp_page mm=\+16\(\+0\(\$arg1\)\):x64/);
    expect(stdout).toMatch(/r 'p:pindrift\/wp_fault do_wp_page mm=\+16\(\+0\(%di\)\):x64/);
    expect(stdout).toMatch(/r 'r64:pindrift\/wp_fault_ret do_wp_page ret=\$retval:x32'/);
  });
});

describe('a kernel out of files', () => {
  it('needs its architecture where nothing shows it', () => {
    expect(() => tracedKernel({ btf: [btf('6.12')] })).toThrow(/architecture/);
    expect(tracedKernel({ btf: [btf('6.12')], arch: 'amd64' })).toMatchObject({ isOwn: false, takesNames: true });
    expect(tracedKernel({ btf: [btf('6.1')], arch: 'x86_64' }).takesNames).toBe(false);
    expect(() => tracedKernel({ btf: [btf('6.12')], arch: 'vax' })).toThrow(/unsupported architecture: vax/);
  });

  it.each([
    ['no such file', join(folder, 'nowhere'), /no such file/],
    ['a folder', folder, /directory/],
    ['no BTF', fileURLToPath(import.meta.url), /no BTF, ELF file or kernel image/],
  ])('says what is wrong: %s', (_, path, words) => {
    expect(() => tracedKernel({ btf: [path], arch: 'x86_64' })).toThrow(words);
  });

  it('names that do not end are an error of the file, also where the first is looked for', () => {
    const bytes = readFileSync(btf('6.12'));
    const strings = bytes.readUInt32LE(4) + bytes.readUInt32LE(16);
    bytes.fill('A', strings + 1, strings + bytes.readUInt32LE(20) - 1);
    const path = join(folder, 'endless.btf');
    writeFileSync(path, bytes);
    for (const arch of [undefined, 'x86_64']) expect(() => tracedKernel({ btf: [path], arch })).toThrow(InputError);
  });

  it('something that is not a list of symbols', () => {
    expect(() => tracedKernel({ btf: [btf('6.12')], arch: 'x86_64', symbols: fileURLToPath(import.meta.url) })).toThrow(
      /not a kernel symbol table/,
    );
  });
});

it('doctor on a machine without anything', () => {
  const states = checkMachine(folder).map(({ what, state }) => `${what} ${state}`);
  expect(states).toEqual(expect.arrayContaining(['types bad', 'lockdown good', 'tracefs bad', 'ftrace good']));
});

it('says what each refused probe costs', () => {
  const [refused] = /^refused\(\) \{[\s\S]*?^\}/m.exec(readFileSync(script('6.12'), 'utf8')) ?? [];
  const said = (cost: string) =>
    spawnSync(
      'sh',
      ['-c', `say() { echo "$1"; }\npd_dir=${folder} pd_armed=1 pd_refused=0\n${refused}\nrefused ev fn why '${cost}'`],
      {
        encoding: 'utf8',
      },
    ).stdout.trim();
  expect(said('a rule less')).toBe('not armed: ev (fn): why; a rule less');
  expect(said('')).toBe('not armed: ev (fn): why; no rule depends on it alone');
});
