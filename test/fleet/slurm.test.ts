// Why: that shards fit the environment of an array job is known only where Slurm makes it: one node, the script of contrib/.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, pindrift, root, scratch } from '../commands/run.ts';
import { makeCaptures } from './captures.ts';
import { capturesIn } from './results.ts';
import { freePort, until } from './servers.ts';

const { clean, dir, file } = scratch();
const run = (program: string, args: string[]) =>
  spawnSync(program, args, {
    encoding: 'utf8',
    cwd: root,
    env: { ...process.env, SLURM_CONF: file('slurm.conf'), PATH: `${dir}:${process.env.PATH}` },
  });
const there =
  process.getuid?.() === 0 && run('slurmctld', ['-V']).status === 0 && run('munge', ['--version']).status === 0;

/** munged runs as the user of its package, and one of a machine serves all. */
function startMunge(): void {
  mkdirSync('/run/munge', { recursive: true });
  spawnSync('chown', ['munge:', '/run/munge']);
  if (run('sh', ['-c', 'munge -n | unmunge']).status !== 0) spawnSync('su', ['munge', '-s', '/bin/sh', '-c', 'munged']);
}

async function startSlurm(): Promise<void> {
  const name = hostname().split('.')[0];
  const [control, node] = [await freePort(), await freePort()];
  for (const folder of ['state', 'spool']) mkdirSync(file(folder));
  writeFileSync(
    file('slurm.conf'),
    `ClusterName=test
SlurmctldHost=${name}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=${file('state')}
SlurmdSpoolDir=${file('spool')}
SlurmctldPidFile=${file('slurmctld.pid')}
SlurmdPidFile=${file('slurmd.pid')}
SlurmctldLogFile=${file('slurmctld.log')}
SlurmdLogFile=${file('slurmd.log')}
SlurmctldPort=${control}
SlurmdPort=${node}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
MailProg=/bin/true
NodeName=${name} NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  run('slurmctld', ['-c']);
  run('slurmd', ['-c']);
  await until(() => /idle/.test(run('sinfo', ['-h', '-o', '%T']).stdout));
}

describe.runIf(there)('an array job of Slurm', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    startMunge();
    await startSlurm();
    writeFileSync(file('pindrift'), `#!/bin/sh\nexec ${process.execPath} ${bin} "$@"\n`);
    chmodSync(file('pindrift'), 0o755);
  }, 120_000);
  afterAll(async () => {
    for (const daemon of ['slurmd', 'slurmctld']) {
      const pid = Number(readFileSync(file(`${daemon}.pid`), 'utf8'));
      process.kill(pid, 'SIGTERM');
      await until(() => !existsSync(`/proc/${pid}`));
    }
  }, 120_000);

  it('works off a manifest, each task its shard', async () => {
    makeCaptures(file('captures'), 12);
    pindrift(['fleet', 'plan', file('captures'), '-q', '-o', file('manifest')]);
    const flags = ['--array=1-4', '--cpus-per-task=1', '--mem=500M', '--wait', '-o', file('job-%a.log')];
    const { status, stderr } = run('sbatch', [
      ...flags,
      'contrib/fleet/pindrift.sbatch',
      file('manifest'),
      file('results'),
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const rows = await capturesIn(file('results'));
    expect(rows).toHaveLength(12);
    expect(new Set(rows.map(({ status: how }) => how))).toEqual(new Set(['checked']));
  });
});

afterAll(clean);
