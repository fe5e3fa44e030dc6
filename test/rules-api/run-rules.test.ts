// Rules at work in a check: one that throws is named and does not take the run down; options; who looks over shoulders.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TRANSITION_NAMES } from '../../src/api/show.ts';
import { check as checkInputs } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { Timing } from '../../src/engine/running/timing.ts';
import * as api from '../../src/index.ts';
import { builtInRules, check, defineRule, replay } from '../../src/index.ts';
import * as testing from '../../src/testing.ts';
import { sampleRule } from './sample-rule.ts';
import { pinThenFork } from './traces.ts';

const trace = { name: 'trace', text: `${pinThenFork}\n` };

/** Where the rule below throws: in this file, not in pindrift's. */
const place = expect.stringMatching(/^test\/rules-api\/run-rules\.test\.ts:\d+:\d+$/);

describe('a rule that throws', () => {
  const throwing = sampleRule({
    fork: () => {
      throw new RangeError('oh');
    },
  });

  it('is named, with the line; the others go on', async () => {
    const alone = await check(trace);
    const { findings, rules, verdict } = await check(trace, { rules: [...builtInRules, throwing] });
    expect(rules.find(({ id }) => id === 'sample-rule')).toEqual({
      id: 'sample-rule',
      verdict: 'could-not-be-checked',
      findings: 0,
      missing: ['the rule failed at line 5 (fork): RangeError: oh'],
      failed: [{ id: 'sample-rule', trace: 0, handler: 'fork', line: 5, at: place, what: 'RangeError: oh' }],
    });
    expect(findings).toEqual(alone.findings);
    expect(verdict).not.toBe('clean');
    expect(rules.find(({ id }) => id === 'insufficient-evidence')?.missing).toContain(
      'sample-rule failed, so its results are missing',
    );
  });

  it('in create', async () => {
    const rule = {
      ...throwing,
      create: () => {
        throw new Error('oh');
      },
    };
    const { rules } = await check(trace, { rules: [rule] });
    expect(rules[0].missing).toContain('the rule failed (create): Error: oh');
    expect(rules[0].failed).toEqual([{ id: 'sample-rule', trace: 0, handler: 'create', at: place, what: 'Error: oh' }]);
  });
});

describe('the views', () => {
  it('are undefined where the trace shows nothing, and print as what they are', async () => {
    const seen: unknown[] = [];
    await replay(trace, ({ model }) => ({
      pin({ pin }) {
        seen.push(
          pin.movedTo,
          pin.releasedAt,
          pin.call.caller,
          pin.drift,
          pin.entry.state,
          model.pfn(pin.page ?? (0 as never)),
        );
        seen.push(pin === model.held[0], pin.mm === model.mms[0], JSON.parse(JSON.stringify(pin.call)).api);
      },
      fork({ at, src, dst }) {
        seen.push(at.fn, at.tgid, dst.parent === src, src.pinsAt(0x7f08d439b).length);
      },
    }));
    expect(seen).toEqual([
      undefined,
      undefined,
      'io_pin_pages+0x82',
      undefined,
      undefined,
      undefined,
      true,
      true,
      'pin_user_pages_fast',
      'copy_page_range',
      undefined,
      true,
      1,
    ]);
    expect(JSON.stringify(seen)).not.toContain('NaN');
  });

  it('no number that a rule sees is NaN', async () => {
    const numbers = (value: unknown, depth = 0): number[] => {
      if (typeof value === 'number') return [value];
      if (typeof value !== 'object' || value === null || depth > 3) return [];
      const from = 'toJSON' in value ? (value as { toJSON(): object }).toJSON() : value;
      return Object.values(from).flatMap((one) => numbers(one, depth + 1));
    };
    const capture = fileURLToPath(new URL('../../fixtures/6.12/mixed.ft-lost/trace.txt.gz', import.meta.url));
    const told: unknown[] = [];
    const listen = () => Object.fromEntries(TRANSITION_NAMES.map((name) => [name, (t: unknown) => told.push(t)]));
    await replay(trace, listen as never);
    await replay(capture, listen as never);
    expect(told.flatMap((one) => numbers(one)).filter(Number.isNaN)).toEqual([]);
    expect(told.length).toBeGreaterThan(100);
  });
});

describe('subscribing later', () => {
  it('goes on until it is stopped, and may start again', async () => {
    const told: string[] = [];
    const rule = defineRule({
      meta: { ...sampleRule().meta, messages: {}, needs: [] },
      create({ on }) {
        const listen = () => {
          const stop = on('pin', ({ at }) => {
            told.push(`pin ${at.line}`);
            stop();
          });
          return stop;
        };
        listen();
        const stopped = listen();
        stopped();
        return { fork: ({ at }) => told.push(`fork ${at.line}`) && void listen() };
      },
    });
    const later = pinThenFork.replaceAll(/ (\d+)(\.\d+: )/g, (_, seconds, rest) => ` ${Number(seconds) + 100}${rest}`);
    const twice = `${pinThenFork}\n${later}\n`;
    await check({ name: 'twice', text: twice }, { rules: [rule] });
    const lines = pinThenFork.split('\n').length;
    expect(told).toEqual(['pin 4', 'fork 5', `pin ${lines + 4}`, `fork ${lines + 5}`]);
  });
});

describe('options', () => {
  it('come with their defaults, or as the user set them', async () => {
    const seen: unknown[] = [];
    const rule = defineRule({
      meta: {
        ...sampleRule().meta,
        messages: {},
        needs: [],
        options: { n: { type: 'integer', default: 3, description: 'd' } },
      },
      create({ options }) {
        seen.push(options.n);
        return {};
      },
    });
    await check(trace, { rules: [rule] });
    await check(trace, { rules: [rule], ruleOptions: { 'sample-rule': { n: 5 } } });
    expect(seen).toEqual([3, 5]);
  });
});

describe('timing', () => {
  it('counts calls', async () => {
    const observer = new Timing();
    await checkInputs([memoryInput('t', trace.text)], { rules: [sampleRule()] as never, running: { observer } });
    expect(observer.times).toMatchObject([{ rule: 'sample-rule', calls: 2 }]);
  });
});

describe('probes of a rule', () => {
  const text = `${pinThenFork}
scn-196 [001] ..... 8.091000: my_probe: (some_unknown_function+0x0/0x20) vaddr=0x7f08d439b000 nr=-3 who="a b" page=0xffffef6b010cc040 mm=0xffff88e44106c200
`;
  it('are decoded, by function, with their meaning', async () => {
    const seen: unknown[] = [];
    await replay(
      { name: 't', text },
      ({ model }) => ({
        events: {
          someProbe({ at, kind, fields }) {
            seen.push(
              at.line,
              kind,
              fields.vaddr,
              fields.n,
              fields.who,
              fields.page === model.held[0].page,
              fields.mm === model.mms[0],
              fields.nope,
            );
          },
        },
      }),
      {
        probes: {
          someProbe: {
            function: 'some_unknown_function',
            on: 'entry',
            fields: {
              vaddr: 'address',
              n: { is: 'number', names: ['nr'] },
              who: 'symbol',
              page: 'page',
              mm: 'mm',
              nope: 'number',
            },
          },
        },
      },
    );
    expect(seen).toEqual([6, 'someProbe', 0x7f08d439b000, -3, 'a b', true, true, undefined]);
  });
});

describe('what a rule imports when it is loaded', () => {
  it('is all that the package exports', async () => {
    Reflect.set(globalThis, Symbol.for('pindrift.api'), api);
    Reflect.set(globalThis, Symbol.for('pindrift.testing'), testing);
    const shims = [
      await import('../../src/engine/running/shim/pindrift.ts'),
      await import('../../src/engine/running/shim/testing.ts'),
    ];
    expect(shims.map((shim) => Object.keys(shim).sort())).toEqual([
      Object.keys(api).sort(),
      Object.keys(testing).sort(),
    ]);
  });
});
