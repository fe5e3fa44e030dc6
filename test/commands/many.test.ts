// Why: of four hundred captures one is always unreadable; that must cost one capture, and be said.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { LOOK_ALIKE, pindrift, root, STORY, scratch } from './run.ts';

const { clean, dir, file } = scratch();
afterAll(clean);

const folder = file('captures');
mkdirSync(`${folder}/host`, { recursive: true });
cpSync(`${root}/${LOOK_ALIKE}`, `${folder}/a.txt.gz`);
cpSync(`${root}/${LOOK_ALIKE}`, `${folder}/host/b.txt.gz`);
writeFileSync(`${folder}/notes.md`, 'what was done\n');

describe('a folder or a glob', { timeout: 120_000 }, () => {
  it('stands for the traces in it', () => {
    expect(pindrift(['check', '-q', folder])).toEqual({ status: 0, stdout: '', stderr: '' });
    const { stdout } = pindrift(['check', '--json', `${folder}/**/*`]);
    expect(JSON.parse(stdout).traces.map(({ path }: { path: string }) => path)).toEqual([
      `${folder}/a.txt.gz`,
      `${folder}/host/b.txt.gz`,
    ]);
    expect(pindrift(['ingest', folder, '-o', file('x.db'), '-q']).status).toBe(0);
  });

  it('the files in it that were not read are named', () => {
    const skipped = `pindrift: 1 file is not a trace, and was not read: ${folder}/notes.md\n`;
    for (const command of ['check', 'triage']) {
      const { status, stderr } = pindrift([command, folder]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: skipped });
    }
  });

  it('a trace in it that cannot be read, or whose name has a newline, is not left out', () => {
    const place = file('odd');
    mkdirSync(`${place}/a\nb`, { recursive: true });
    cpSync(`${root}/${LOOK_ALIKE}`, `${place}/a\nb/c d.txt.gz`);
    cpSync(`${root}/${STORY}`, `${place}/story.txt.gz`);
    writeFileSync(`${place}/broken.gz`, Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff));
    symlinkSync('..', `${place}/a\nb/loop`);
    const { status, stderr, stdout } = pindrift(['triage', place]);
    expect(stdout).toContain('1 drift in 2 captures: 1 with findings, 1 clean\n');
    expect(stderr).toMatch(/^pindrift: 1 of the captures could not be read:\n.*broken\.gz: /);
    expect(status).toBe(4);
    rmSync(place, { recursive: true });
  });

  it('of directories that link to each other is walked once, by its own names', () => {
    const place = file('linked');
    const names = Array.from({ length: 12 }, (_, i) => `${place}/d${i}`);
    for (const name of names) {
      mkdirSync(name, { recursive: true });
      for (const other of names) symlinkSync(other, `${name}/a-${other.slice(place.length + 1)}`);
    }
    cpSync(`${root}/${LOOK_ALIKE}`, `${place}/d7/c.txt.gz`);
    const { stdout } = pindrift(['check', '--json', place]);
    expect(JSON.parse(stdout).traces.map(({ path }: { path: string }) => path)).toEqual([`${place}/d7/c.txt.gz`]);
    rmSync(place, { recursive: true });
  });

  it('without a trace is an error', () => {
    const { status, stderr } = pindrift(['check', '-q', '.'], { cwd: dir });
    expect(status).not.toBe(2);
    mkdirSync(file('empty'));
    expect(pindrift(['check', file('empty')])).toMatchObject({ status: 2 });
    expect(stderr).toBe('');
  });
});

describe('of several traces', { timeout: 120_000 }, () => {
  const bad = [`${folder}/notes.md`, file('gone')];

  it('those that cannot be read are named, and the others are read', () => {
    const { status, stderr, stdout } = pindrift(['check', '--json', LOOK_ALIKE, ...bad]);
    expect(JSON.parse(stdout).traces).toHaveLength(1);
    expect(stderr).toContain('2 of the traces could not be read');
    for (const path of bad) expect(stderr).toContain(path);
    expect(status).toBe(4);
    expect(pindrift(['ingest', LOOK_ALIKE, ...bad, '-o', file('y.db'), '-q']).status).toBe(4);
  });

  it('are named in every report, which is not clean', () => {
    const formats = ['json', 'ndjson', 'xml', 'sarif', 'github', 'md', 'txt', 'html'];
    const out = formats.map((ending) => file(`some.${ending}`));
    pindrift(['check', '-q', LOOK_ALIKE, ...bad, ...out.flatMap((path) => ['-o', path])]);
    for (const path of out) expect(readFileSync(path, 'utf8'), path).toContain('gone');
    const read = (ending: string) => readFileSync(file(`some.${ending}`), 'utf8');
    const json = JSON.parse(read('json'));
    expect(json.verdict).toBe('could-not-be-checked');
    expect(json.unreadable.map(({ path }: { path: string }) => path)).toEqual(bad);
    expect(read('xml')).toContain('errors="2"');
    expect(JSON.parse(read('sarif')).runs[0].invocations[0].executionSuccessful).toBe(false);
    expect(read('txt')).toContain('could not be checked: 2 of 3 traces could not be read');
    expect(pindrift(['check', STORY, ...bad]).stdout).toContain('; 2 of 3 traces could not be read');
  });

  it('findings in those that can be read are findings', () => {
    expect(pindrift(['check', '-q', STORY, ...bad]).status).toBe(1);
  });

  it('none that can be read is an error as for one', () => {
    expect(pindrift(['check', ...bad]).status).toBe(2);
  });
});
