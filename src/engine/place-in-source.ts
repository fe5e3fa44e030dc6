// Why: `meta.needs[0][1]` is wrong, and an editor jumps to a line. Where a key stands in the author's file, found in its text:
// good enough to point at, and never more than a pointer.

/**
 * @param key as `meta.needs[0][1]`
 * @param value what stands there, if it is a text
 * @returns `12:9`; undefined where the text does not show the key
 */
export function placeIn(source: string, key: string, value: unknown): string | undefined {
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
