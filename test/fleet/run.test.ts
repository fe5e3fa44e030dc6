// Why: what a fleet says of a capture is what `check` says of it, and one bad capture costs one capture.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FleetReport } from '../../src/report/fleet/contract.ts';
import { bin, pindrift, root, scratch } from '../commands/run.ts';
import { KINDS, makeCaptures, makePoison, POISON_RULE } from './captures.ts';
import { capturesIn } from './results.ts';

const { clean, file } = scratch();
afterAll(clean);

const manifest = file('manifest.ndjson');
const run = (args: string[], env: NodeJS.ProcessEnv = {}) => pindrift(['fleet', 'run', ...args], { env });
const plan = (folder: string, to = manifest): void => {
  expect(pindrift(['fleet', 'plan', folder, '-q', '-o', to]).status).toBe(0);
};

describe('a manifest of ordinary captures', { timeout: 180_000 }, () => {
  const folder = file('captures');
  let paths: string[];
  beforeAll(() => {
    paths = makeCaptures(folder, 20);
    plan(folder);
  });

  it('gives for each what `check` gives', async () => {
    const { status, stdout } = run([manifest, '-o', file('one')]);
    expect(stdout).toContain('20 captures: 20 checked');
    expect(status).toBe(0);
    const rows = await capturesIn(file('one'));
    expect(rows).toHaveLength(20);
    for (const path of paths.slice(0, KINDS.length)) {
      const report = JSON.parse(pindrift(['check', path, '--json']).stdout);
      const row = rows.find((one) => one.path === path);
      expect(row).toMatchObject({
        verdict: report.verdict,
        findings: BigInt(report.findings.length),
        status: 'checked',
      });
      expect(row?.fingerprints).toEqual(report.findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint));
    }
  });

  it('in shards gives the same as in one', async () => {
    for (const shard of ['0/3', '1/3', '2/3'])
      expect(run([manifest, '-o', file('three'), '--shard', shard]).status).toBe(0);
    const told = (rows: Awaited<ReturnType<typeof capturesIn>>) =>
      rows.map(({ capture, fingerprints, verdict }) => ({ capture, fingerprints, verdict }));
    expect(told(await capturesIn(file('three')))).toEqual(told(await capturesIn(file('one'))));
  });

  it('does not do again what is done', () => {
    const before = readdirSync(file('one'));
    expect(run([manifest, '-o', file('one')]).stdout).toContain('20 already had a result');
    expect(readdirSync(file('one'))).toEqual(before);
    const left = pindrift(['fleet', 'plan', folder, '--results', file('one')]);
    expect(left.stderr).toContain('0 captures to check; already with a result: 20');
  });

  it('killed in the middle, goes on where it was', async () => {
    const child = spawn(process.execPath, [bin, 'fleet', 'run', manifest, '-o', file('killed'), '-q'], {
      cwd: root,
      stdio: 'ignore',
    });
    await new Promise((resolve) => setTimeout(resolve, 900));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));
    expect(run([manifest, '-o', file('killed')]).status).toBe(0);
    expect((await capturesIn(file('killed'))).map(({ capture }) => capture)).toHaveLength(20);
  });

  it('groups the findings, says what is new, and leads back to the capture', () => {
    mkdirSync(file('base'));
    const some = file('some.ndjson');
    const lines = readFileSync(manifest, 'utf8')
      .split('\n')
      .filter((line) => line.includes('000001') || line.includes('000002'));
    writeFileSync(some, lines.join('\n'));
    expect(run([some, '-o', file('base')]).status).toBe(0);
    const { status, stdout } = pindrift(['fleet', 'report', file('one'), '--baseline', file('base'), '--json']);
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as FleetReport;
    expect(report).toMatchObject({ captures: 20, byStatus: { checked: 20 } });
    const swap = report.drifts.find(({ rule }) => rule === 'swapin-cow-under-pin');
    expect(swap).toMatchObject({ state: 'new', severity: 'error', captures: 4, findings: 4, harm: ['lost-dma-write'] });
    const story = pindrift(['show', swap?.first.path as string, String(swap?.first.n)]);
    expect(story.stdout).toContain('swapin-cow-under-pin');
    for (const format of ['text', 'html', 'kcidb']) {
      const { stdout } = pindrift(['fleet', 'report', file('one'), '--report', format]);
      expect(stdout).toContain('swapin-cow-under-pin');
      expect(stdout).toContain('swap-in without the exclusive mark, then a copy');
      // a command that is copied stays in one piece
      if (format === 'text') expect(stdout).toContain(`pindrift show ${swap?.first.path} ${swap?.first.n}`);
    }
  });

  it.skipIf(spawnSync('parallel', ['--version']).status !== 0)(
    'runs under GNU parallel as in an array of Slurm',
    async () => {
      const job = 'SLURM_ARRAY_TASK_ID={} SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=3 SLURM_ARRAY_TASK_COUNT=4';
      const command = `${job} ${process.execPath} ${bin} fleet run ${manifest} -o ${file('array')} --jobs 1 -q`;
      expect(spawnSync('parallel', ['-j2', command, ':::', '0', '1', '2', '3'], { cwd: root }).status).toBe(0);
      expect(await capturesIn(file('array'))).toHaveLength(20);
    },
  );
});

describe('captures at which a check ends badly', { timeout: 180_000 }, () => {
  it('cost themselves and no other', async () => {
    const folder = file('poison');
    makeCaptures(folder, 6);
    for (const how of ['loops', 'swells', 'dies'] as const) makePoison(`${folder}/${how}.gz`, how);
    writeFileSync(`${folder}/empty.txt`, '');
    writeFileSync(file('poison.ts'), POISON_RULE);
    writeFileSync(
      file('list'),
      [...readdirSync(folder, { recursive: true })]
        .map(String)
        .filter((name) => name.includes('.'))
        .map((name) => `${folder}/${name}`)
        .concat(`${folder}/gone.gz`)
        .join('\n'),
    );
    rmSync(manifest, { force: true });
    expect(pindrift(['fleet', 'plan', `@${file('list')}`, '-q', '-o', manifest]).status).not.toBe(0);
    writeFileSync(`${folder}/gone.gz`, 'x');
    plan(`@${file('list')}`);
    rmSync(`${folder}/gone.gz`);
    const { status, stderr } = run([
      manifest,
      '-o',
      file('bad'),
      '--rules',
      file('poison.ts'),
      '--timeout',
      '20',
      '--memory',
      '300',
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(3);
    const rows = await capturesIn(file('bad'));
    const ended = Object.fromEntries(rows.map(({ path, status: how }) => [String(path).split('/').at(-1), how]));
    expect(ended).toMatchObject({
      'loops.gz': 'timeout',
      'swells.gz': 'memory',
      'dies.gz': 'fault',
      'empty.txt': 'unusable',
      'gone.gz': 'unreadable',
    });
    expect(rows.filter(({ status: how }) => how === 'checked')).toHaveLength(6);
  });
});

describe('results that cannot be written', { timeout: 180_000 }, () => {
  it('end the run with an error and leave nothing half written', () => {
    writeFileSync(file('no-folder'), '');
    const { status, stderr } = run([manifest, '-o', file('no-folder')]);
    expect(status).toBe(2);
    expect(stderr).not.toContain('internal error');
  });

  it('on a full disk the run stops, and goes on later', async () => {
    const disk = file('disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', disk]).status !== 0) return;
    try {
      const folder = file('full');
      makeCaptures(folder, 5);
      plan(folder);
      const { status, stderr } = run([manifest, '-o', `${disk}/results`]);
      expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('no space left') });
      expect(readdirSync(`${disk}/results`).filter((name) => name.includes('captures'))).toEqual([]);
      spawnSync('mount', ['-o', 'remount,size=4m', disk]);
      expect(run([manifest, '-o', `${disk}/results`]).status).toBe(0);
      expect(await capturesIn(`${disk}/results`)).toHaveLength(5);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
