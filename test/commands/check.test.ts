// Why: the main job, end to end, on captures of real kernels.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/contract/finding.ts';
import type { CheckReport } from '../../src/contract/report.ts';
import { describeFormat, reportFormats } from '../../src/report/index.ts';
import { bin, fixture, LOOK_ALIKE, pindrift, root, STORY, scratch } from './run.ts';

const { clean, dir, file } = scratch();
afterAll(clean);

const text = (path: string): string => gunzipSync(readFileSync(`${root}/${path}`)).toString('latin1');

function checkJson(args: string[], input?: string): CheckReport {
  return JSON.parse(pindrift(['check', '--json', ...args], input === undefined ? {} : { input }).stdout);
}

function swapStory(report: CheckReport): Finding {
  const finding = report.findings.find(({ rule }) => rule === 'swapin-cow-under-pin');
  if (finding === undefined) throw new Error('the story is not told');
  return finding;
}

describe('swap-out under a read on 5.10', () => {
  const finding = swapStory(checkJson([STORY]));
  const lines = text(STORY).split('\n');

  it('is shown in four steps: pin, unmap, refault, copy; and the read that was lost', () => {
    expect(finding).toMatchObject({
      rule: 'swapin-cow-under-pin',
      severity: 'error',
      confidence: 'certain',
      harm: ['lost-dma-write'],
    });
    const roles = finding.evidence.map(({ role }) => role);
    const story = ['pin', 'unmap', 'swap-in', 'copy', 'i/o end'];
    expect(roles.filter((role) => story.includes(role))).toEqual(story);
  });

  it('quotes the lines that are in the file', () => {
    expect(finding.evidence.map(({ line }) => lines[line - 1])).toEqual(finding.evidence.map((step) => step.text));
  });

  it('ends with exit code 1, and names the harm and the fix on the terminal', () => {
    const { status, stderr, stdout } = pindrift(['check', STORY]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('◀ drift');
    expect(stdout).toContain('1493a1913e34');
    expect(stdout).toContain('lost-dma-write');
  });
});

describe('the verdict as an exit code', () => {
  it.each([LOOK_ALIKE, fixture('6.1/odirect_read_swap.ft-zram')])(
    'the same program where the promise is kept is clean: %s',
    (path) => {
      expect(pindrift(['check', '-q', path])).toEqual({ status: 0, stdout: '', stderr: '' });
    },
  );

  it('a copy without unpin and release events is not called clean', () => {
    const release = / (unpin\w*|put_folio|grab_undo|bio_release|bio_checkdirty|pipe_release\w*): /;
    const partial = text(LOOK_ALIKE)
      .split('\n')
      .filter((line) => !release.test(line))
      .join('\n');
    const { status, stdout } = pindrift(['check', '-'], { input: partial });
    expect(status).not.toBe(0);
    expect(stdout).toContain('could not be checked');
    expect(stdout).not.toContain('clean:');
  });

  it('--fail-on decides what a finding is to a script', () => {
    const note = fixture('5.10/odirect_read_munmap.ft');
    expect(new Set(checkJson([note]).findings.map(({ severity }) => severity))).toEqual(new Set(['note']));
    expect(pindrift(['check', '-q', '--fail-on', 'note', note]).status).toBe(1);
    expect(pindrift(['check', '-q', note]).status).not.toBe(1);
    expect(pindrift(['check', '-q', '--fail-on', 'never', STORY]).status).toBe(0);
  });

  it('of several traces the worst one counts', () => {
    const report = checkJson([LOOK_ALIKE, STORY]);
    expect(report.verdict).toBe('violated');
    expect(report.traces.map(({ path }) => path)).toEqual([LOOK_ALIKE, STORY]);
    expect(swapStory(report).trace).toBe(1);
  });
});

describe('the report', () => {
  const schema = JSON.parse(readFileSync(`${root}/docs/schema/check.schema.json`, 'utf8'));
  const validate = new Ajv2020({ allErrors: true }).compile(schema);

  it.each([
    STORY,
    LOOK_ALIKE,
    fixture('5.10/mixed.ft'),
    fixture('6.12/mixed.ft-lost'),
    fixture('7.2/iouring_fixed_munmap.ft-tsc'),
  ])('as JSON keeps the contract: %s', (path) => {
    const report = checkJson([path]);
    expect(validate(report), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    expect(report.traces[0].path).toBe(path);
  });

  it('is the same bytes each time', () => {
    expect(pindrift(['check', '--json', STORY])).toEqual(pindrift(['check', '--json', STORY]));
  });

  it.each(reportFormats)('in every format: %s', (format) => {
    const { status, stderr, stdout } = pindrift(['check', '--report', format, STORY]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('swapin-cow-under-pin');
    if (!describeFormat(format).binary) expect(stdout.endsWith('\n')).toBe(true);
  });

  it('goes to files, each in the format its name asks for, and to stdout when asked', () => {
    const { status, stdout } = pindrift(['check', STORY, '-o', file('a.sarif'), '-o', file('b.json'), '-o', '-']);
    expect(status).toBe(1);
    expect(stdout).toContain('◀ drift');
    expect(JSON.parse(readFileSync(file('a.sarif'), 'utf8')).version).toBe('2.1.0');
    expect(JSON.parse(readFileSync(file('b.json'), 'utf8')).schema).toBe('pindrift.check/1');
  });

  it('in a file leaves stdout empty; the exit code is still the verdict', () => {
    expect(pindrift(['check', STORY, '--report', 'markdown', '-o', file('c.txt')])).toEqual({
      status: 1,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(file('c.txt'), 'utf8')).toContain('## ');
  });

  it('--verbose quotes the line of each step', () => {
    expect(pindrift(['check', '--verbose', STORY]).stdout).toContain('| ');
  });
});

describe('what is read', () => {
  it('standard input: the same findings, and evidence with its lines', () => {
    const piped = checkJson(['-'], text(STORY));
    expect(piped.traces[0].path).toBe('-');
    expect(piped.findings).toEqual(checkJson([STORY]).findings);
  });

  it('a FIFO, which can be read only once', () => {
    const { stdout } = spawnSync('bash', ['-c', `"${process.execPath}" "${bin}" check --json <(zcat ${STORY})`], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout).findings).toEqual(checkJson([STORY]).findings);
  });

  it('--format overrules what the text looks like', () => {
    expect(checkJson(['--format', 'trace-cmd', fixture('5.10/odirect_read_swap.tc')]).traces[0].format).toBe(
      'trace-cmd',
    );
  });

  it('--kernel says the era where the text does not', () => {
    const [trace] = checkJson(['--kernel', '6.1.0-18-amd64', LOOK_ALIKE]).traces;
    expect(trace).toMatchObject({ era: '6.1', eraFrom: 'given' });
  });
});

describe('colours', () => {
  const CSI = '\u001b[';

  it('none in a pipe', () => {
    expect(pindrift(['check', STORY]).stdout).not.toContain(CSI);
  });

  it('FORCE_COLOR and --color ask for them; NO_COLOR and --no-color win', () => {
    expect(pindrift(['check', STORY], { env: { FORCE_COLOR: '1' } }).stdout).toContain(CSI);
    expect(pindrift(['check', '--color', STORY], { env: { NO_COLOR: '1' } }).stdout).toContain(CSI);
    expect(pindrift(['check', STORY], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).stdout).not.toContain(CSI);
    expect(pindrift(['check', '--no-color', STORY], { env: { FORCE_COLOR: '1' } }).stdout).not.toContain(CSI);
  });

  it('never in a file', () => {
    pindrift(['check', STORY, '-o', file('plain.txt')], { env: { FORCE_COLOR: '1' } });
    expect(readFileSync(file('plain.txt'), 'utf8')).not.toContain(CSI);
  });
});

describe('in a pipe', () => {
  it('a reader that went away ends it quietly', () => {
    const { stderr, stdout } = spawnSync(
      'bash',
      [
        '-c',
        `"${process.execPath}" "${bin}" check --report json ${fixture('5.10/mixed.ft')} | head -1; echo "\${PIPESTATUS[0]}"`,
      ],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\{\n(141|1)\n$/);
  });

  it('leaves nothing behind in the temporary folder', () => {
    pindrift(['check', '-q', '-'], { input: text(LOOK_ALIKE), env: { TMPDIR: dir } });
    expect(spawnSync('ls', [dir], { encoding: 'utf8' }).stdout).not.toContain('pindrift-');
  });
});
