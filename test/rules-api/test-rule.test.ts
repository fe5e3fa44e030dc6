// The tester is strict about the rule and about the test, and says what is wrong in words that help.
import { describe, expect, it } from 'vitest';
import { type AnyRule, defineRule } from '../../src/index.ts';
import { type Cases, testRule } from '../../src/testing.ts';
import { goodCases, sampleRule } from './sample-rule.ts';
import { lines, pinOnly, pinThenFork, releasedThenFork } from './traces.ts';

/** What the test of a rule fails with; nothing when it passes. */
async function failure(rule: AnyRule, cases: Partial<Cases> = {}): Promise<string> {
  // vitest brings `describe` and `it`, which must not be used here
  const runner = undefined;
  try {
    await testRule(rule, { ...goodCases, ...cases } as never, runner);
    return '';
  } catch (error) {
    expect((error as Error).name).toMatch(/AssertionError|InputError/);
    return (error as Error).message;
  }
}

describe('testRule', () => {
  it('passes a rule that does what its cases say', async () => {
    expect(await failure(sampleRule())).toBe('');
  });

  it('hands the tests to a runner', async () => {
    const names: string[] = [];
    const bodies: (() => Promise<void>)[] = [];
    await testRule(sampleRule(), goodCases, {
      describe: (name, body) => {
        names.push(name);
        body();
      },
      it: (name, body) => {
        names.push(name);
        bodies.push(body);
      },
    });
    expect(names).toEqual([
      'sample-rule',
      'the test is complete',
      'fires: fork',
      'silent: released',
      'partial: no fork',
      'every message is covered',
    ]);
    for (const body of bodies) await body();
  });

  it('reads like a diff where the evidence differs', async () => {
    const moved = pinThenFork
      .replace(lines.PIN[0], `${lines.PIN[0]} # ok`)
      .replace(lines.PIN[2], `${lines.PIN[2]} # expect: forked`);
    const text = await failure(sampleRule(), { fires: [{ name: 'fork', trace: moved }] });
    expect(text).toBe(`sample-rule, fires: fork
the evidence of forked differs (- expected by the test, + in the finding):

    1  ${lines.FAULT}
  + 2  ${lines.PIN[0]}    # expect: forked
    3  ${lines.PIN[1]}
  - 4  ${lines.PIN[2]} # expect: forked
  + 5  ${lines.FORK}    # expect: forked`);
  });

  it.each<[string, Partial<Cases>, string]>([
    ['no firing case', { fires: [] }, 'there is no `fires` case'],
    ['no silent case', { silent: [] }, 'there is no `silent` case'],
    ['no partial case', { partial: [] }, 'there is no `partial` case'],
    [
      'two cases with one trace',
      { silent: [...goodCases.silent, { name: 'again', trace: `\n   ${releasedThenFork.replaceAll('\n', '\n   ')}` }] },
      '"silent: again" has the same trace as "silent: released"',
    ],
    [
      'two cases with one name',
      { silent: [...goodCases.silent, { name: 'released', trace: `${releasedThenFork}\n${lines.FAULT}` }] },
      'two cases are called "silent: released"',
    ],
    [
      'a message that does not exist',
      { fires: [{ name: 'fork', trace: `${pinThenFork} # expect: forkt` }] },
      'line 5: the rule has no message forkt; forked?',
    ],
    [
      'a comment that says nothing',
      { fires: [{ name: 'fork', trace: `${pinThenFork} # expects forked` }] },
      'line 5: write `# expect: MESSAGE` or `# ok`',
    ],
    [
      'a line that cannot be read',
      { fires: [{ name: 'fork', trace: `${pinThenFork} # expect: forked\nnot a line` }] },
      'line 6 cannot be read',
    ],
    ['no trace at all', { fires: [{ name: 'fork', trace: 'hello' }] }, 'the trace cannot be read'],
    ['nothing expected', { fires: [{ name: 'fork', trace: pinThenFork }] }, 'nothing is expected'],
    [
      'nothing found',
      { fires: [{ name: 'fork', trace: `${releasedThenFork} # expect: forked` }] },
      'the rule reports nothing; it was called for fork (line 7)',
    ],
    [
      'nothing found for lack of events',
      { fires: [{ name: 'fork', trace: `${pinOnly} # expect: forked` }] },
      'the rule reports nothing; it could not decide: no forkVma event',
    ],
    [
      'silent, and it fires',
      { silent: [{ name: 'fork', trace: pinThenFork }] },
      'the rule reports: scn[196] forked under page 0x',
    ],
    [
      'silent, for lack of events',
      { silent: [{ name: 'no fork', trace: pinOnly }] },
      'this proves nothing: the rule could not decide: no forkVma event',
    ],
    [
      'silent, with something expected',
      { silent: [{ name: 'fork', trace: `${releasedThenFork} # expect: forked` }] },
      'a silent case cannot expect a finding',
    ],
    [
      'partial, and nothing is missing',
      { partial: [{ name: 'released', trace: `${releasedThenFork}\n${lines.FAULT}` }] },
      'the rule reports no problem, although the trace cannot show that',
    ],
    [
      'another number of findings',
      { fires: [{ name: 'fork', trace: pinThenFork, expect: [{ messageId: 'forked' }, { messageId: 'forked' }] }] },
      'finding 2 is missing: forked',
    ],
    [
      'another severity',
      { fires: [{ name: 'fork', trace: pinThenFork, expect: [{ messageId: 'forked', severity: 'error' }] }] },
      'finding 1: severity is note, expected error',
    ],
    [
      'another text',
      { fires: [{ name: 'fork', trace: pinThenFork, expect: [{ messageId: 'forked', message: /^x/ }] }] },
      'finding 1: the text is scn[196] forked under page 0x',
    ],
    [
      'another line',
      { fires: [{ name: 'fork', trace: pinThenFork, expect: [{ messageId: 'forked', lines: [1] }] }] },
      'finding 1: the evidence is lines 2, 3, 5, expected line 1 in it',
    ],
    [
      'an option that does not exist',
      { fires: [{ ...goodCases.fires[0], options: { nope: 1 } }] },
      'options.nope: this rule has no options',
    ],
  ])('%s', async (_name, cases, text) => {
    expect(await failure(sampleRule(), cases)).toContain(text);
  });

  it.each<[string, AnyRule, string]>([
    [
      'throws',
      sampleRule({
        fork: () => {
          throw new RangeError('oh');
        },
      }),
      'the rule throws RangeError: oh',
    ],
    [
      'changes a pin',
      sampleRule({ fork: (_c, { pins }) => Object.assign(pins[0] ?? {}, { page: 3 }) }),
      'the rule changes the state it was given',
    ],
    [
      'changes a list',
      sampleRule({ fork: (_c, { pins }) => void (pins as unknown[]).push(3) }),
      'the rule changes the state it was given',
    ],
    [
      'changes what it was told',
      sampleRule({ fork: (_c, t) => Object.assign(t, { start: 0 }) }),
      'the rule changes the state it was given',
    ],
    ['asks for the time', sampleRule({ fork: () => void Date.now() }), 'a rule cannot use the clock (Date.now())'],
    ['asks for the date', sampleRule({ fork: () => void new Date() }), 'a rule cannot use the clock (new Date())'],
    ['throws dice', sampleRule({ fork: () => void Math.random() }), 'a rule cannot use random numbers'],
    [
      'has a placeholder without a value',
      sampleRule({ report: { data: {} } }),
      'report of forked: {task} has no value',
    ],
    [
      'has a value without a placeholder',
      sampleRule({ report: { data: { task: 1, who: 2 } } }),
      'report of forked: the message has no {who}',
    ],
    [
      'reports a message it does not have',
      sampleRule({ report: { messageId: 'nope' } }),
      'the rule has no message nope',
    ],
    [
      'has {mapped} without a drift',
      sampleRule({ meta: { messages: { forked: '{task}: {mapped}' } } }),
      '{mapped} needs `drift`',
    ],
    [
      'has a message that nothing reaches',
      sampleRule({ meta: { messages: { forked: '{task}', other: 'o' } } }),
      'no case covers the message other: "o"',
    ],
    [
      'has an example that does not fire',
      sampleRule({ meta: { examples: { fires: releasedThenFork, silent: releasedThenFork } } }),
      'fires: the example of its documentation',
    ],
    [
      'has a silent example that fires',
      sampleRule({ meta: { examples: { fires: `${pinThenFork} # expect: forked`, silent: pinThenFork } } }),
      'silent: the silent example of its documentation',
    ],
  ])('a rule that %s', async (_name, rule, text) => {
    expect(await failure(rule)).toContain(text);
  });

  it('a rule that remembers anything from one trace to the next', async () => {
    let times = 0;
    const rule = sampleRule();
    const forgetful = { ...rule, create: (context: never) => (times++ % 2 === 0 ? rule.create(context) : {}) };
    expect(await failure(forgetful)).toContain('a second run over the same trace gives a different result');
  });

  it('something that is not a rule', async () => {
    expect(await failure({ ...sampleRule(), api: 7 })).toContain('it was made for version 7 of the rule contract');
    expect(await failure(sampleRule({ meta: { needs: [['gpu']] } }))).toContain(
      'rule sample-rule: meta.needs[0][0]: no such event kind: gpu; gup?',
    );
    expect(await failure(sampleRule({ meta: { id: 'Sample' } }))).toContain('meta.id: expected lower-case words');
    expect(await failure(sampleRule({ meta: { whi: 'x' } }))).toContain('meta.whi: no such field');
    const fixedBy = [{ commit: '1493a1913e34', subject: 'mm/swap: ...', since: '5.19' }];
    expect(await failure(sampleRule({ meta: { fixedBy } }))).toContain(
      'meta.fixedBy[0].since: expected a release: v5.19',
    );
    expect(await failure(sampleRule({ meta: { fixedBy: ['1493a1913e34'] as never } }))).toContain('meta.fixedBy[0]');
  });

  it('a handler that nothing calls', async () => {
    const rule = sampleRule();
    const wrong = defineRule({ meta: rule.meta, create: () => ({ frok() {} }) as never });
    expect(await failure(wrong)).toContain('frok: no such transition; fork?');
  });

  it('an asynchronous handler', async () => {
    expect(await failure({ ...sampleRule(), create: () => ({ fork: async () => {} }) as never })).toContain(
      'a handler must be synchronous',
    );
  });

  it('traces in any format', async () => {
    const perf = lines.FORK.replace(/^scn-196 \[001\] \.{5} +/, 'scn   196 [001] ');
    const all = [lines.FAULT, ...lines.PIN]
      .map((line) => line.replace(/^scn-196 \[001\] [d.]+ +/, 'scn   196 [001] '))
      .join('\n');
    const cases = {
      fires: [{ name: 'perf script', trace: `${all}\n${perf} # expect: forked`, format: 'perf-script' as const }],
    };
    expect(await failure(sampleRule(), cases)).toBe('');
  });
});
