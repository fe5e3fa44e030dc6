// Why: a rule is "clean" only where what it rests on is all there.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/program.ts';
import { exit, fork, PARENT, pin, Trace, touch, unpin, wpFault } from '../model/synthetic.ts';

function quiet(): string[] {
  const trace = new Trace();
  const par = trace.task('par', 500);
  touch(par, PARENT, 0, 0x2000);
  pin(par, 0, 0x2000);
  unpin(par, 0x2000);
  fork(par, 500);
  wpFault(par, PARENT, 0, 0x2000);
  par.wp_fault_ret({ ret: '0x0' });
  exit(par, PARENT, 500);
  return trace.lines;
}

async function outcome(lines: readonly string[]) {
  const { rules } = await check({ name: 'the trace', text: `${lines.join('\n')}\n` }, { kernel: '6.12' });
  const rule = rules.find(({ id }) => id === 'fork-share-then-cow');
  return { verdict: rule?.verdict, missing: rule?.missing };
}

describe('a rule whose events were all recorded', () => {
  it('is clean where nothing was lost', async () => {
    expect(await outcome(quiet())).toEqual({ verdict: 'clean', missing: [] });
  });

  it('could not be checked where events were lost', async () => {
    const lines = quiet();
    lines.splice(4, 0, 'CPU:0 [LOST 12 EVENTS]');
    expect(await outcome(lines)).toEqual({
      verdict: 'could-not-be-checked',
      missing: ['12 events were lost in 1 place'],
    });
  });

  it('... or were overwritten before the first line', async () => {
    const lines = ['# tracer: nop', '#', '# entries-in-buffer/entries-written: 16/99   #P:1', '#', ...quiet()];
    expect((await outcome(lines)).verdict).toBe('could-not-be-checked');
  });
});
