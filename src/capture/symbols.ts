// Why: a prototype in BTF does not mean that the function can be probed. The symbols show that: an inlined function has
// none, one changed by the compiler has another name, and two of the same name are ambiguous.

/** Number of functions per name, from kallsyms, System.map, available_filter_functions or `nm`. */
export type SymbolTable = ReadonlyMap<string, number>;

// `ffffffff81000000 T _text`, `T _text`, `do_wp_page`, `nvme_probe [nvme]`
const LINE = /^(?:[0-9a-fA-F]+\s+)?(?:([A-Za-z])\s+)?([\w.$]+)(?:\s+\[\w+\])?\s*$/;

/** @param text lines of one of these; others are ignored */
export function parseSymbols(text: string): SymbolTable {
  const table = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, kind, name] = LINE.exec(line) ?? [];
    if (name === undefined || (kind !== undefined && !'tTwW'.includes(kind))) continue;
    table.set(name, (table.get(name) ?? 0) + 1);
  }
  return table;
}

/** Why a probe on this function would give wrong results; undefined: it would not. */
export function whyNot(symbols: SymbolTable, symbol: string): string | undefined {
  const n = symbols.get(symbol) ?? 0;
  if (n === 1) return undefined;
  if (n > 1) return `${n} functions have this name`;
  const changed = ['.isra.0', '.constprop.0', '.part.0', '.isra.0.cold', '.cold']
    .map((suffix) => symbol + suffix)
    .find((name) => symbols.has(name));
  return changed === undefined
    ? 'no such symbol: it was inlined, or is not in this kernel'
    : `only ${changed} exists, whose arguments differ from the source`;
}
