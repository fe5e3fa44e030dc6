// Why: rules come from others. What one throws, or does instead of coming back, is said of it by name, and the run ends
// as it should.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pindrift } from '../commands/run.ts';
import { ruleFile, scratch } from './scratch.ts';
import { pinThenFork } from './traces.ts';

const run = (body: string, ...flags: string[]) => {
  const rule = ruleFile('rule-a').replace('create: () => ({}),', `create: () => { ${body} },`);
  const folder = scratch({ 'trace.txt': `${pinThenFork}\n`, 'a.ts': rule });
  return pindrift(['check', join(folder, 'trace.txt'), '--rules', join(folder, 'a.ts'), ...flags]);
};

describe('a rule that throws', () => {
  it.each([
    ['a getter that throws', 'return { get pin() { throw new Error("getter"); } };', '(create): Error: getter'],
    ['no Error', 'return { pin() { throw undefined; } };', '(pin): Error: it threw undefined, which is not an Error'],
    [
      'what cannot be looked at',
      'return { pin() { throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } }); } };',
      '(pin): Error: it threw a value that cannot be inspected',
    ],
    ['by ending the process', 'process.exit(0);', '(create): Error: it called process.exit()'],
    [
      'in the middle, by ending the process',
      'return { pin() { process.exit(0); } };',
      '(pin): Error: it called process',
    ],
  ])('%s', { timeout: 120_000 }, (_name, body, said) => {
    const { status, stdout } = run(body, '--json');
    expect([1, 3]).toContain(status);
    const { missing } = JSON.parse(stdout).rules.find(({ id }: { id: string }) => id === 'rule-a');
    expect(missing.join()).toContain(said);
  });
});

describe('a rule that does not return', () => {
  it.each([
    ['create', 'for (;;);'],
    ['pin', 'return { pin() { for (;;); } };'],
    ['end', 'return { end() { try { for (;;); } finally { for (;;); } } };'],
  ])('from %s', { timeout: 120_000 }, (handler, body) => {
    // loading the rule has the same limit, and takes a second on a busy machine
    const { status, stderr } = run(body, '--rule-timeout', '3');
    expect(stderr).toContain(`the rule rule-a did not return from ${handler} within 3 s`);
    expect(status).toBe(2);
  });
});
