// An input that cannot be read twice is copied, and the copy leaves room on the disk for others.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fixture, root } from '../commands/run.ts';

it('stops before the copy of an endless trace fills the disk', { timeout: 120_000 }, () => {
  const disk = mkdtempSync(join(tmpdir(), 'pindrift-disk-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=66m', 'tmpfs', disk]).status !== 0) return;
    const trace = join(root, fixture('6.12/odirect_read_fork.ft'));
    const endless = `zcat ${trace}; yes "$(zcat ${trace} | grep -v ^# | head -500)"`;
    const { stderr, stdout } = spawnSync(
      'sh',
      ['-c', `(${endless}) 2>&- | node bin/run.js check -; echo "status $?"`],
      {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, TMPDIR: disk },
      },
    );
    expect(stdout).toContain('status 2');
    expect(stderr).toMatch(/no space (left )?for a copy of this input/);
    expect(stderr).toContain('pindrift watch -');
    expect(readdirSync(disk)).toEqual([]);
  } finally {
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});
