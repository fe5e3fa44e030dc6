// Why: an error in `meta.needs[0][1]` should name a line. Finds the position of a key in the author's file by searching
// its text, which is only approximate.

/**
 * @param key as `meta.needs[0][1]`
 * @param value its value, if it is a text
 * @returns `12:9`; undefined if the text does not show the key
 */
export function placeInSource(source: string, key: string, value: unknown): string | undefined {
  let at = 0;
  for (const [, name] of key.matchAll(/([A-Za-z_$][\w$-]*)/g)) {
    const word = (name as string).replace(/[$]/g, '\\$&');
    const found = new RegExp(`(?<![\\w$'"-])(['"]?)${word}\\1\\s*[:(,]`, 'g');
    found.lastIndex = at;
    const match = found.exec(source);
    if (match === null) break;
    at = match.index;
  }
  if (at === 0) return undefined;
  if (typeof value === 'string' && value !== '') {
    const literal = [`'${value}'`, `"${value}"`, `\`${value}\``]
      .map((quoted) => source.indexOf(quoted, at))
      .filter((i) => i >= 0);
    if (literal.length > 0) at = Math.min(...literal);
  }
  const before = source.slice(0, at).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
