// Why: the examples of --help and of the manual are copied. Each is taken by its command as it stands: command, flags,
// values and combinations exist. (test/store/docs.test.ts runs the SQL in them.)
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@oclif/core';
import { expect, it } from 'vitest';
import { root } from './run.ts';

const folder = join(root, 'src/commands');
const ids = (readdirSync(folder, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts') && !file.endsWith('base.ts') && !file.startsWith('shared'))
  .map((file) => file.replace(/\.ts$/, '').replaceAll('/', ' '));

const SHELL = ['|', '>', '>>', '<', ';', '||', '&&'];

/** The words of an example behind `pindrift`, up to the next command of the shell. */
function words(example: string): string[] {
  const [, outer = '', rest = ''] = /^(.*?)<%= config\.bin %> (.*)$/.exec(example) ?? [];
  // in `sh -c "..."` and `<(...)`
  const inner = outer.endsWith('<(') ? rest.replace(/\)$/, '') : outer.includes('"') ? rest.replace(/"$/, '') : rest;
  const all = Array.from(inner.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, a, b, c]) => a ?? b ?? c ?? '');
  const end = all.findIndex((word) => SHELL.includes(word));
  return end < 0 ? all : all.slice(0, end);
}

it.each(ids)('the examples of %s', async (id) => {
  const { default: Command } = await import(`${folder}/${id.replaceAll(' ', '/')}.ts`);
  const examples = (Command.examples ?? []) as (string | { command: string })[];
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    const typed = words(typeof example === 'string' ? example : example.command);
    const own = id.split(' ');
    const named = ids
      .filter((other) => `${typed.join(' ')} `.startsWith(`${other} `))
      .sort((a, b) => b.length - a.length);
    if (named[0] !== id) continue; // an example that begins with another command: it is in that one's list too
    const { args, flags, strict } = Command;
    const parsed = Parser.parse(typed.slice(own.length), {
      args,
      flags: { ...Command.baseFlags, ...flags },
      strict: strict !== false,
    });
    await expect(parsed, typed.join(' ')).resolves.toBeDefined();
  }
});
