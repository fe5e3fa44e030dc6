// Why: for a misspelled command, topic, flag or value, suggests the nearest one.
import { nearest } from './nearest.ts';

/**
 * The nearest command line, if its words name a command: `rules tset x` gives `pindrift rules test`.
 * @param ids of commands, with `:` between their words
 * @returns undefined if nothing is close enough
 */
export function commandMeant(argv: readonly string[], ids: readonly string[]): string | undefined {
  if (['version', '-V'].includes(argv[0] ?? '') || /^--v\w*s\w*n$/.test(argv[0] ?? '')) return 'pindrift --version';
  const [first, second] = argv.filter((word) => !word.startsWith('-'));
  if (first === undefined) return undefined;
  const under = (topic: string) =>
    ids.filter((id) => id.startsWith(`${topic}:`)).map((id) => id.slice(topic.length + 1));
  const tops = [...new Set(ids.map((id) => id.split(':')[0] ?? id))];
  const top = tops.includes(first) ? first : typo(first, tops);
  if (top === undefined) {
    // only the second word: `explain RULE` means `rules explain RULE`
    const whole = ids.find((id) => id.endsWith(`:${first}`));
    return whole === undefined ? undefined : `pindrift ${whole.replace(':', ' ')}`;
  }
  const rest = under(top);
  if (rest.length === 0) return `pindrift ${top}`;
  const sub = second === undefined ? undefined : rest.includes(second) ? second : typo(second, rest);
  return sub === undefined ? `pindrift ${top} --help` : `pindrift ${top} ${sub}`;
}

/** The values of a flag, if they are fixed. */
const optionsOf = (flag: object | undefined): readonly unknown[] =>
  flag !== undefined && 'options' in flag && Array.isArray(flag.options) ? flag.options : [];

/**
 * The flag or value in a usage error, and the nearest existing one, or the other flag that takes the value.
 * @param flags those of the command, by name
 */
export function flagMeant(message: string, flags: Readonly<Record<string, object>>): string | undefined {
  const [, flag] = /^Nonexistent flags?: --([\w-]+)/m.exec(message) ?? [];
  if (flag !== undefined) {
    const meant = typo(flag, Object.keys(flags));
    return meant === undefined ? undefined : `--${meant}`;
  }
  const [, of, said, values] = /Expected --([\w-]+)=(.*) to be one of: (.*)/.exec(message) ?? [];
  if (of === undefined || said === undefined || values === undefined) return undefined;
  const other = Object.keys(flags).find((name) => name !== of && optionsOf(flags[name]).includes(said));
  if (other !== undefined) return `--${other} ${said}`;
  const meant = typo(said, values.split('\n')[0]?.split(', ') ?? []);
  return meant === undefined ? undefined : `--${of} ${meant}`;
}

/** A part of a name counts only at its beginning: `run` does not match `fleet:run`. */
function typo(word: string, candidates: readonly string[]): string | undefined {
  if (word.length < 2) return undefined;
  const begins = candidates.filter((candidate) => candidate.startsWith(word));
  if (begins.length === 1) return begins[0];
  const meant = nearest(word, candidates);
  return meant !== undefined && meant.length > 2 && Math.abs(meant.length - word.length) <= 3 ? meant : undefined;
}
