// The judge of the store: lines of the text, taken apart with regular expressions, as somebody would who wrote a loader in
// ten minutes.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { StoredEvent } from '../../src/store/events.ts';

export const readLines = (path: string): string[] => {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').split('\n');
};

/** `key=value` and `key: value` by regular expression. */
function plainArguments(text: string): [string, string][] {
  const equals = [...text.replace(/ \*\/$/, '').matchAll(/(?<=^|\s)([A-Za-z_][\w.[\]]*)=("[^"]*"|\S*)/g)];
  if (equals.length > 0) return equals.map(([, key, value]) => [key, value]);
  return [...text.matchAll(/(\w+): ([^\s,)]*)/g)].map(([, key, value]) => [key, value]);
}

/** A number is a number however it is written. */
function same(text: string, value: bigint | string, bare: boolean): boolean {
  // a symbol of a module has a second word: `take+0x24e/0x2a0 [pinrig]`
  if (typeof value === 'string') return text === value || value.startsWith(`${text} `);
  const number = bare && !text.startsWith('0x') ? `0x${text}` : text;
  return /^-?(0x[0-9a-fA-F]+|\d+)$/.test(number) && BigInt.asIntN(64, BigInt(number)) === value;
}

/** What is wrong with a stored event, given its line; undefined when nothing is. */
export function compare(event: StoredEvent, text: string): string | undefined {
  const name = `${event.event}:`;
  const at = text.indexOf(name);
  const args =
    at >= 0
      ? text.slice(at + name.length).trim()
      : text
          .slice(text.indexOf(event.event) + event.event.length)
          .replace(/ \*\/$|^,/g, '')
          .trim();
  const place = /^(?:\((?![^)]*: )[^)]*\)|(?:__probe_\w+=\S+(?: \(-?\d+\))? ?)+)/;
  const wanted = plainArguments(args.replace(place, ''));
  const bare = /^\([\w *]+: /.test(args);
  if (args.startsWith('-> ')) wanted.push(['ret', args.slice(3)]);
  const left = [...event.args];
  for (const [key, value] of wanted) {
    const i = left.findIndex(
      (a) =>
        a.key === key &&
        (same(value, a.value, bare) || same(value.replace(/,$/, ''), a.value, bare) || same(value, a.value, true)),
    );
    if (i >= 0) left.splice(i, 1);
    else if (!event.extra.includes(value))
      return `${key}=${value} is missing from ${JSON.stringify(event.args.map((a) => `${a.key}=${a.text}`))}`;
  }
  return left.length > 0 ? `${left[0].key} is not in the line` : undefined;
}
