// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a trace says
// Why: a trace comes from strangers, and `rules new --from` writes its lines into a file that is run.
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { testFrom } from '../../src/scaffold/from-trace.ts';

const HOSTILE = ['`+(ran = true)+`', '${ran = true}', '\\`${ran = true}', 'C:\\x \\${ran = true} $1 $& `'];

it.each(HOSTILE)('a task called %s stays text in the test made from its trace', (comm) => {
  const line = `${comm}-7 [000] ..... 1.000000: unpin: (unpin_user_page+0x0/0x90) page=0xffffea0000080000`;
  const source = testFrom(
    { id: 'mine', api: 'pindrift', testing: 'pindrift/testing', rule: './mine.ts', runner: 'none' },
    { handler: 'pin', kind: 'unpin', lines: [line], line: 0, silent: [line], partial: [line], from: 'trace.txt:1' },
  );
  const ran: { cases?: Record<string, { trace: string }[]>; ran: boolean } = { ran: false };
  const code = source.replaceAll(/^import .*$/gm, '');
  runInNewContext(code, Object.assign(ran, { rule: {}, testRule: (_: unknown, cases: never) => (ran.cases = cases) }));
  expect(ran.ran).toBe(false);
  expect(ran.cases?.silent?.[0]?.trace.trim()).toBe(line);
  expect(ran.cases?.fires?.[0]?.trace.trim()).toBe(`${line} # expect: seen`);
});
