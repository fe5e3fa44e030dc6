// Why: SQLite reports an error in a statement without its position, which is hard to find in twenty lines of SQL.

/**
 * Offset in `sql` of the error in `message`; undefined if it cannot be determined.
 * @param messageOf SQLite's error for another statement
 */
export function placeIn(
  sql: string,
  message: string,
  messageOf: (sql: string) => string | undefined,
): number | undefined {
  if (/incomplete input/.test(message)) return sql.trimEnd().length;
  const token = /near "([\s\S]+)": syntax error|unrecognized token: "([\s\S]+)"/.exec(message);
  if (token !== null) {
    // a parser stops at the first unexpected token: the beginning of the statement up to it fails in the same way
    const text = token[1] ?? token[2];
    for (let at = sql.indexOf(text); at >= 0; at = sql.indexOf(text, at + 1)) {
      if (messageOf(sql.slice(0, at + text.length)) === message) return at;
    }
    return undefined;
  }
  const name = /(?:no such (?:column|table|function)|ambiguous column name): (?:main\.)?(\S+)/.exec(message)?.[1];
  return name === undefined ? undefined : wordIn(withoutText(sql), name);
}

/** `1:10`, the line, and a mark below the position. */
export function pointedAt(sql: string, offset: number): { place: string; lines: string[] } {
  const before = sql.slice(0, offset).split('\n');
  const column = (before.at(-1) ?? '').length;
  const line = (sql.split('\n')[before.length - 1] ?? '').replaceAll('\t', ' ');
  const from = Math.max(0, column - AROUND);
  return {
    place: `${before.length}:${column + 1}`,
    lines: [line.slice(from, column + AROUND), `${' '.repeat(column - from)}^`],
  };
}

/** Characters shown on each side of the position. */
const AROUND = 35;

function wordIn(sql: string, word: string): number | undefined {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.])${escaped}(?!\\w)`, 'i').exec(sql)?.index;
}

/** String literals and comments blanked, so that names in them are ignored. */
const withoutText = (sql: string): string =>
  sql.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (text) => text.replace(/[^\n]/g, ' '));
