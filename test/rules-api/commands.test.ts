// The writing aids, as the shell sees them: rules new, rules test, events, --rules, --debug-rule, --timing.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { registered } from '../../src/scaffold/register.ts';
import { scratch } from './scratch.ts';
import { pinThenFork } from './traces.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

function pindrift(folder: string, ...args: string[]) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stderr, stdout };
}

describe('what a rule prints', () => {
  it('calls a view by the name that the rule knows, in the bundle too', () => {
    const rule = `import { defineRule } from 'pindrift';
export default defineRule({
  meta: { id: 'prints', summary: 's', why: 'w', needs: [], status: 'experimental', severity: { all: 'note' },
    falsePositives: [], references: [], fixedBy: [], messages: { m: 'x' } },
  create: (context) => ({ pin: ({ pin, at }) => console.error(pin, pin.mm, pin.call, at) }),
});
`;
    const folder = scratch({ 'trace.txt': `${pinThenFork}\n`, 'prints.js': rule });
    const { stderr } = pindrift(folder, 'check', 'trace.txt', '--rules', './prints.js');
    expect(stderr.match(/^\w+ \{|(?<=\} )\w+ \{/gm)).toEqual(['Pin {', 'Mm {', 'PinCall {', 'At {']);
  });
});

describe('a rule that fails', () => {
  const rule = (handlers: string) => `import { defineRule } from 'pindrift';

export default defineRule({
  meta: { id: 'mine', summary: 's', why: 'w', needs: [], status: 'experimental', severity: { all: 'note' },
    falsePositives: [], references: [], fixedBy: [], messages: { m: 'x' } },
  create: (context) => ({
    ${handlers}
  }),
});
`;
  it.each([
    ['throws', "pin() { throw new RangeError('oh'); },", 'RangeError: oh'],
    ['has a misspelled handler', 'pinn() {},', 'pinn: no such transition'],
    [
      'reports a severity that there is not',
      "pin({ pin }) { context.report({ messageId: 'm', pin, cause: 'x', severity: 'fatal' as never }); },",
      "unknown severity 'fatal': expected one of note, warning, error",
    ],
    [
      'reports a message that it does not have',
      "pin({ pin }) { context.report({ messageId: 'mm' as never, pin, cause: 'x', severity: 'note' }); },",
      "unknown messageId 'mm' (meta.messages): did you mean m?",
    ],
  ])('%s: its line is named, and the run has failed', (_name, handlers, what) => {
    const folder = scratch({ 'trace.txt': `${pinThenFork}\n`, 'mine.ts': rule(handlers) });
    const { status, stdout } = pindrift(
      folder,
      'check',
      'trace.txt',
      '--rules',
      './mine.ts',
      '-o',
      'x.sarif',
      '-o',
      '-',
    );
    expect(status).toBe(3);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('rule mine failed at mine.ts:7:');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(what);
    const { invocations } = JSON.parse(readFileSync(join(folder, 'x.sarif'), 'utf8')).runs[0];
    expect(invocations[0].executionSuccessful).toBe(false);
    // a report that is findings only does not hide it
    const lines = pindrift(folder, 'check', 'trace.txt', '--rules', './mine.ts', '--report', 'line');
    expect(lines.stderr).toContain('rule mine failed at mine.ts:7:');
    expect(lines.stdout).not.toContain('mine');
  });
});

describe('rules new', () => {
  it('writes a rule, a test and a page that work at once', () => {
    const folder = scratch({ 'trace.txt': `${pinThenFork}\n` });
    expect(pindrift(folder, 'rules', 'new', 'my-rule')).toMatchObject({ status: 0, stderr: '' });
    expect(pindrift(folder, 'rules', 'test')).toMatchObject({
      status: 0,
      stdout: 'ok    my-rule.test.ts  7 tests\n\n7 tests, all pass\n',
    });
    expect(readFileSync(join(folder, 'my-rule.md'), 'utf8')).toContain('# my-rule');
    const { stdout } = pindrift(folder, 'check', 'trace.txt', '--rules', '.', '--json');
    expect(JSON.parse(stdout).findings.map(({ rule }: { rule: string }) => rule)).toContain('my-rule');
  });

  it('overwrites nothing, and requires a valid name', () => {
    const folder = scratch({ 'my-rule.ts': '' });
    expect(pindrift(folder, 'rules', 'new', 'my-rule')).toMatchObject({
      status: 2,
      stderr: 'pindrift: this file already exists (my-rule.ts)\n  try: another ID, or --dir with another directory\n',
    });
    expect(pindrift(folder, 'rules', 'new', 'MyRule').stderr).toContain('expected lower-case words joined by -');
    expect(pindrift(folder, 'rules', 'new', 'pin-leak').stderr).toContain('pin-leak is a built-in rule');
  });

  it('lists a built-in rule', () => {
    const index = readFileSync(new URL('../../src/rules/index.ts', import.meta.url), 'utf8');
    const changed = registered(index, 'my-new-rule') ?? '';
    expect(changed).toContain(
      "import movedPinnedRange from './moved-pinned-range.ts';\nimport myNewRule from './my-new-rule.ts';\n",
    );
    expect(changed).toContain('  myNewRule,\n  lostDmaWrite,\n');
    expect(registered('nothing of the kind', 'my-new-rule')).toBeUndefined();
  });
});

describe('rules test', () => {
  it('1 and the reason when a test fails, 2 when there is none', () => {
    const folder = scratch();
    expect(pindrift(folder, 'rules', 'test')).toMatchObject({ status: 2 });
    pindrift(folder, 'rules', 'new', 'my-rule');
    const test = join(folder, 'my-rule.test.ts');
    writeFileSync(test, readFileSync(test, 'utf8').replace(' # expect: forked', ''));
    const { status, stdout } = pindrift(folder, 'rules', 'test', 'my-rule.test.ts');
    expect(status).toBe(1);
    expect(stdout).toContain('FAIL  fires: a FOLL_LONGTERM pin, then fork\n            nothing is expected');
    const json = JSON.parse(pindrift(folder, 'rules', 'test', '--json').stdout);
    expect(json[0].outcomes.filter(({ failure }: { failure?: string }) => failure !== undefined)).toHaveLength(1);
  });
});

describe('events', () => {
  it('transitions with the page table entry before and after, filtered', () => {
    const folder = scratch({ 'trace.txt': `${pinThenFork}\n` });
    expect(pindrift(folder, 'events', 'trace.txt', '--kind', 'pin').stdout).toBe(
      `:4       cpu1  196     pin              pin 2 FOLL_PIN|FOLL_WRITE|FOLL_LONGTERM 0x7f08d439b000 page 0xffffef6b010cc040 held  pin_user_pages_fast()
                       0x7f08d439b000 of mm 0xffff88e44106c200: present page 0xffffef6b010cc040
`,
    );
    const lines = pindrift(folder, 'events', 'trace.txt', '--json', '--line-from', '5')
      .stdout.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ kind, line }) => [kind, line])).toEqual([
      ['fork', 5],
      ['share', 5],
      ['end', 5],
    ]);
    expect(pindrift(folder, 'events', 'trace.txt', '--kind', 'forkVma', '--pid', '196').stdout).toContain(
      'events.forkVma',
    );
    expect(pindrift(folder, 'events', 'trace.txt', '--pid', '7').stdout).toBe('');
    expect(pindrift(folder, 'events', 'trace.txt', '--mm', '0xffff88e44106c200', '--kind', 'fork').stdout).toContain(
      'fork',
    );
    expect(pindrift(folder, 'events', 'trace.txt', '--kind', 'forc')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--kind fork'),
    });
    expect(pindrift(folder, 'events', 'trace.txt', '--addr', 'x').stderr).toContain(
      '--addr x: expected a hexadecimal number',
    );
  });
});

describe('check', () => {
  it('--debug-rule and --timing write to standard error', () => {
    const folder = scratch({ 'trace.txt': `${pinThenFork}\n` });
    pindrift(folder, 'rules', 'new', 'my-rule');
    const { stderr, stdout } = pindrift(
      folder,
      'check',
      'trace.txt',
      '--rules',
      '.',
      '--debug-rule',
      'my-rule',
      '--timing',
      '-q',
    );
    expect(stdout).toBe('');
    expect(stderr).toContain(':5       fork');
    expect(stderr).toContain('-> reports forked (note): fork under a FOLL_LONGTERM pin');
    expect(stderr).toMatch(/^my-rule +[\d.]+ +2$/m);
    expect(pindrift(folder, 'check', 'trace.txt', '--debug-rule', 'pin-leek').stderr).toContain(
      '--debug-rule pin-leak',
    );
  });
});
