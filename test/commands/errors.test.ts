// Why: whatever somebody hands over by mistake, they read one clear sentence and what to try, scripts get exit code 2,
// and nothing half-written is left behind. Never a stack trace.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { bin, fixture, type Outcome, pindrift, powerless, root, STORY, scratch } from './run.ts';

const { clean, dir, file } = scratch();
afterAll(clean);

const user = powerless();
chmodSync(dir, 0o755);

const TRACE = gunzipSync(readFileSync(`${root}/${STORY}`));

/** Two lines: what and where, what to try. */
function expectUnusable({ status, stderr, stdout }: Outcome, what: string | RegExp): void {
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^pindrift: .+\n {2}try: .+\n$/);
  expect(stderr).toMatch(what);
  expect(stderr).not.toMatch(/\n\s+at |Error:/);
}

function given(name: string, content: string | Uint8Array): string {
  writeFileSync(file(name), content);
  return file(name);
}

describe('input that is not a trace', () => {
  it.each<[string, string | Uint8Array, string | RegExp]>([
    ['an empty file', '', 'the input is empty'],
    ['blank lines', '\n\n  \n', 'only blank lines'],
    ['a letter', 'Dear all,\nattached is the trace of yesterday.\n', 'not a trace'],
    ['JSON', '{"traceEvents": []}\n', 'JSON'],
    ['a web page', '<!doctype html><html></html>\n', 'HTML'],
    ['trace.dat', Buffer.from('\x17\x08\x44tracing6\0\0\0\0', 'latin1'), 'trace.dat'],
    ['perf.data', Buffer.from('PERFILE2\x68\0\0\0\0\0\0\0', 'latin1'), 'perf.data'],
    ['bytes', Buffer.from(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255)), 'binary'],
    [
      'gzip of nonsense',
      gzipSync(Buffer.from(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255))),
      'binary',
    ],
    ['gzip of nothing', gzipSync(''), 'empty'],
    [
      'nonsense that begins as gzip',
      Buffer.from('\x1f\x8b\x08\0nonsense, not deflate', 'latin1'),
      'cannot be decompressed',
    ],
    ['headers without an event', '# tracer: nop\n#\n# entries-in-buffer/entries-written: 0/0   #P:2\n#\n', 'no event'],
    ['a table without columns', 'x,y\n1,2\n', 'not a trace'],
    ['an SQLite database', Buffer.from('SQLite format 3\0', 'latin1'), 'SQLite'],
  ])('%s', (name, content, what) => {
    expectUnusable(pindrift(['check', given(name.replaceAll(' ', '-'), content)]), what);
  });

  it.each([
    ['a directory without a trace', 'scripts', 'none of the files there is a trace'],
    ['a file that is not there', 'no/such/file', 'no such file'],
    ['a file below a file', `${STORY}/trace.txt`, 'is not a directory'],
    ['a name of control characters', 'a\u001b[31mb', /no such file \(a\\x1b\[31mb\)/],
  ])('%s', (_name, path, what) => {
    expectUnusable(pindrift(['check', path]), what);
  });

  it.skipIf(user === undefined)('a file without permission', () => {
    const path = given('secret', TRACE);
    chmodSync(path, 0);
    expectUnusable(pindrift(['check', path], user), 'permission');
  });

  it('standard input that is empty, or closed', () => {
    expectUnusable(pindrift(['check', '-'], { input: '' }), /input is empty \(standard input\)/);
    const { status, stderr } = spawnSync('bash', ['-c', `"${process.execPath}" "${bin}" check - <&-`], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pindrift: .+\n {2}try: .+\n$/);
  });

  it('a socket, a file that cannot be read, names that open(2) refuses', async () => {
    const server = createServer().listen(file('socket'));
    await once(server, 'listening');
    symlinkSync('loop', file('loop'));
    const refused: [string, string, RegExp][] = [
      ['check', file('socket'), /socket/],
      ['events', file('socket'), /socket/],
      ['watch', file('socket'), /cannot be read/],
      ['check', '/proc/self/mem', /cannot be read/],
      ['watch', '/proc/self/mem', /cannot be read/],
      ['watch', file('loop'), /a symbolic link that leads back to itself/],
    ];
    for (const [command, path, what] of refused) {
      const { status, stderr } = pindrift([command, path]);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(what) });
    }
    server.close();
  });

  it('wrong names only: the first of them', () => {
    expectUnusable(pindrift(['check', 'no/such/file', 'nor/this']), 'no such file');
  });
});

describe('a trace that ends too early', () => {
  it('a cut text is read up to there, and is not called clean', () => {
    const { status, stdout } = pindrift(['check', given('cut.txt', TRACE.subarray(0, 20_011))]);
    expect(status).toBe(3);
    expect(stdout).toContain('the last line is incomplete');
  });

  it('a text that is cut within a value, which reads like a whole one', () => {
    const lineEnd = TRACE.indexOf('\n', 20_011);
    const { stdout } = pindrift(['check', given('cut-value.txt', TRACE.subarray(0, lineEnd - 3))]);
    expect(stdout).toContain('the last line has no newline');
    // the head counts the events of the whole
    const uncounted = TRACE.toString('latin1', 0, lineEnd + 1).replace(/^# entries-in-buffer.*\n/m, '');
    expect(pindrift(['check', given('whole.txt', uncounted)]).stdout).toContain('nothing lost');
  });

  it('a cut .gz too', () => {
    const packed = readFileSync(`${root}/${STORY}`);
    const { status, stdout } = pindrift(['check', given('cut.gz', packed.subarray(0, 5_000))]);
    expect(status).toBe(3);
    expect(stdout).toContain('truncated or damaged');
  });
});

describe('a wrong command line', () => {
  it.each<[string[], string | RegExp]>([
    [['check'], 'missing argument: TRACE'],
    [['check', '--bogus', STORY], 'unknown flag: --bogus'],
    [['check', '--kernel', 'banana', STORY], '--kernel banana: not a release'],
    [['check', '--kernel', '2.6.32', STORY], 'not a release from 5.9 on'],
    [['check', '--format', 'etw', STORY], 'ftrace, trace-cmd, perf-script, csv'],
    [['check', '--report', 'pdf', STORY], 'pretty'],
    [['check', '--fail-on', 'panic', STORY], 'error, warning, note, never'],
    [['check', '--json', '--report', 'csv', STORY], 'cannot also be provided'],
    [['check', STORY, '-o'], '--output expects a value'],
    [['show', STORY, '--context', 'many'], '--context: expected an integer but received: many'],
    [['rules', 'explain', 'no-such-rule-at-all'], 'no such rule:'],
    [['chekc', STORY], 'unknown command'],
    [[STORY], `try: pindrift check ${STORY}`],
    [['show', '1', STORY], `the trace or store comes first\n  try: pindrift show ${STORY} 1`],
    [['query', 'select 1', STORY], `the store comes first\n  try: pindrift query ${STORY} "select 1"`],
    [['capture', 'doctor', 'vmlinux'], 'unexpected argument: vmlinux'],
    [['capture', 'doctr'], 'unknown command: capture doctr\n  try: pindrift capture doctor'],
    [['rules', 'list', 'leak'], 'unexpected argument: leak'],
    [['capture', 'script', '--buffer', 'lots'], 'pindrift: --buffer lots: not a size\n  try: --buffer 8M'],
    [['watch', '--buffer', '0'], 'pindrift: --buffer 0: not a size\n  try: --buffer 8M'],
    [['show', STORY, '--pfn', 'zz'], '--pfn zz: expected a hexadecimal number\n  try: --pfn 0x7fb7d'],
    [['pins', STORY, '--addr', 'f'.repeat(17)], 'expected a number of 64 bits'],
    [['show', STORY, '--since', '5', '--until', '2'], '--until 2 is before --since 5'],
    [['check', STORY, '--kallsyms', 'package.json'], 'no line of this file is a symbol (package.json)'],
    [['watch', STORY], `this is compressed; a trace is followed as it is recorded (${STORY})`],
    [['check', STORY, '--config', STORY], 'this is a file of another kind, not a config'],
    [['check', STORY, '--config', 'test'], 'this is a directory, not a config'],
    [['check', STORY, '--rules', 'nosuch.ts'], 'no such file or directory (nosuch.ts)'],
    [['rules', 'test', STORY], 'this is not a TypeScript or JavaScript file'],
    [['check', STORY, '--baseline', STORY], 'this is not a baseline: it is not JSON'],
    [['check', STORY, '--baseline', 'package.json'], 'this is not a baseline (package.json)'],
  ])('%j', (args, what) => {
    expectUnusable(pindrift(args), what);
  });

  it('a baseline of a later version', () => {
    const path = given('later.json', '{"schema": "pindrift.baseline/2", "groups": []}');
    expectUnusable(pindrift(['check', STORY, '--baseline', path]), 'has version 2; this pindrift reads version 1');
  });

  it('symbols that were not read as root', () => {
    const path = given('kallsyms', '0000000000000000 A fixed_percpu_data\n0000000000000000 T handle_mm_fault\n');
    expectUnusable(pindrift(['check', STORY, '--kallsyms', path]), 'all addresses in this file are 0');
  });

  it('a baseline without a key', () => {
    const path = given('keyless.json', '{"schema": "pindrift.baseline/1"}');
    expectUnusable(pindrift(['check', STORY, '--baseline', path]), 'groups: missing');
  });

  it('a time after the end of the trace: no event matches', () => {
    expect(pindrift(['show', STORY, '--since', '99'])).toMatchObject({
      status: 0,
      stdout: 'no event matches: from 99\n',
    });
  });
});

/** A rule that reports nothing. */
const RULE = `
  import { defineRule } from 'pindrift';
  export default defineRule({
    meta: { id: 'my-rule', summary: 's', why: 'w', needs: [['gup']], status: 'experimental', severity: { all: 'note' },
      falsePositives: [], references: [], fixedBy: [], messages: {} },
    create: () => ({}),
  });
`;

describe('a result that cannot be written', () => {
  const full = existsSync('/dev/full');

  it.skipIf(!full)('stdout on a full disk', () => {
    const { status, stderr } = spawnSync('bash', ['-c', `"${process.execPath}" "${bin}" check ${STORY} > /dev/full`], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pindrift: .*(no space|ENOSPC).*\n/);
    expect(stderr).not.toContain('    at ');
  });

  it.skipIf(!full)('a report on a full disk', () => {
    expectUnusable(pindrift(['check', STORY, '-o', '/dev/full']), 'no space');
  });

  it('a report in a folder that is not there, or in place of one', () => {
    expectUnusable(
      pindrift(['check', STORY, '-o', file('no/such/report.json')]),
      'the directory for this file does not exist',
    );
    mkdirSync(file('folder'));
    expectUnusable(pindrift(['check', STORY, '-o', file('folder')]), 'directory');
  });

  it.skipIf(user === undefined)('a report where writing is not allowed', () => {
    const place = file('locked');
    mkdirSync(place, { mode: 0o555 });
    expectUnusable(pindrift(['check', STORY, '-o', `${place}/report.json`], user), 'permission');
  });

  it('the trace itself as the report: it is not written over', () => {
    const path = given('input.txt', TRACE);
    expectUnusable(pindrift(['check', path, '-o', path]), 'would be overwritten');
    expect(readFileSync(path)).toEqual(TRACE);
  });

  it.each<[string, (place: string) => string[], string]>([
    ['a capture of a directory', (place) => ['check', place, '-o', `${place}/b.txt`], 'b.txt'],
    ['a capture of a glob', (place) => ['check', `${place}/*.txt`, '-o', `${place}/a.txt`], 'a.txt'],
    ['a capture of a triage', (place) => ['triage', place, '-o', `${place}/a.txt`], 'a.txt'],
    [
      'a capture, under the name of another link',
      (place) => ['check', `${place}/a.txt`, '-o', `${place}/link.txt`],
      'a.txt',
    ],
    ['a capture, by a baseline', (place) => ['triage', place, '--baseline', `${place}/a.txt`, '--update'], 'a.txt'],
    ['a capture, by reduce', (place) => ['reduce', `${place}/a.txt`, '-o', `${place}/a.txt`], 'a.txt'],
    [
      'a baseline',
      (place) => ['check', place, '--baseline', `${place}/base.json`, '-o', `${place}/base.json`],
      'base.json',
    ],
    [
      'a rule',
      (place) => ['check', place, '--rules', place, '--report', 'text', '-o', `${place}/rule.mjs`],
      'rule.mjs',
    ],
    ['a list', (place) => ['fleet', 'plan', `@${place}/list`, '-o', `${place}/list`], 'list'],
    ['the first of two reports', (place) => ['check', place, '-o', `${place}/r.md`, '-o', `${place}/r.md`], 'r.md'],
  ])('%s is not written over by an output of the command that reads it', (_, args, kept) => {
    const place = file('inputs');
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place);
    for (const name of ['a.txt', 'b.txt']) writeFileSync(`${place}/${name}`, TRACE);
    symlinkSync('a.txt', `${place}/link.txt`);
    writeFileSync(`${place}/base.json`, JSON.stringify({ schema: 'pindrift.baseline/1', groups: [] }));
    writeFileSync(`${place}/rule.mjs`, RULE);
    writeFileSync(`${place}/list`, `${place}/a.txt\n`);
    const before = existsSync(`${place}/${kept}`) && readFileSync(`${place}/${kept}`);
    expectUnusable(pindrift(args(place)), 'would be overwritten');
    expect(existsSync(`${place}/${kept}`) && readFileSync(`${place}/${kept}`)).toEqual(before);
  });

  it('a report beside the captures of a directory replaces that of the last time', () => {
    const place = file('nightly');
    mkdirSync(place);
    writeFileSync(`${place}/a.txt`, TRACE);
    writeFileSync(`${place}/report.json`, 'old');
    pindrift(['check', place, '-o', `${place}/report.json`]);
    expect(readFileSync(`${place}/report.json`, 'utf8')).toContain('pindrift.check/1');
  });

  it('leaves the old report, and no temporary file', () => {
    const place = file('reports');
    mkdirSync(place);
    writeFileSync(`${place}/report.json`, 'old');
    expectUnusable(pindrift(['check', 'no/such/file', '-o', `${place}/report.json`]), 'no such file');
    expect(readFileSync(`${place}/report.json`, 'utf8')).toBe('old');
    expect(pindrift(['check', STORY, '-o', `${place}/report.json`]).status).toBe(1);
    expect(readdirSync(place)).toEqual(['report.json']);
  });

  it.skipIf(process.platform !== 'linux')('a file system that fills up while the report is written', () => {
    // A limit on the size of files stands in for the full disk: the write fails half-way.
    copyFileSync(`${root}/${fixture('5.10/mixed.ft')}`, file('mixed.gz'));
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `trap '' XFSZ; ulimit -f 8; "${process.execPath}" "${bin}" check mixed.gz -o report.json`],
      { cwd: dir, encoding: 'utf8' },
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pindrift: .+\n( {2}try: .+\n)?$/);
    expect(readdirSync(dir).filter((name) => name.includes('report.json'))).toEqual([]);
  });
});
