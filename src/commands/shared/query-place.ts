// Why: SQLite says what is wrong with a statement and not where. In twenty lines of SQL one wants to know the place.

/**
 * Offset in `sql` of what `message` complains about; undefined where that cannot be told.
 * @param messageOf what SQLite says about another statement
 */
export function placeIn(
  sql: string,
  message: string,
  messageOf: (sql: string) => string | undefined,
): number | undefined {
  if (/incomplete input/.test(message)) return sql.trimEnd().length;
  const token = /near "([\s\S]+)": syntax error|unrecognized token: "([\s\S]+)"/.exec(message);
  if (token !== null) {
    // a parser stops at the first token it cannot take: the beginning of the statement up to there fails the same way
    const text = token[1] ?? token[2];
    for (let at = sql.indexOf(text); at >= 0; at = sql.indexOf(text, at + 1)) {
      if (messageOf(sql.slice(0, at + text.length)) === message) return at;
    }
    return undefined;
  }
  const name = /(?:no such (?:column|table|function)|ambiguous column name): (?:main\.)?(\S+)/.exec(message)?.[1];
  return name === undefined ? undefined : wordIn(withoutText(sql), name);
}

/** `1:10`, the line, and a mark below the place. */
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

/** Characters shown on each side of the place. */
const AROUND = 35;

function wordIn(sql: string, word: string): number | undefined {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.])${escaped}(?!\\w)`, 'i').exec(sql)?.index;
}

/** String literals and comments blanked: a name in them is no name. */
const withoutText = (sql: string): string =>
  sql.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (text) => text.replace(/[^\n]/g, ' '));
