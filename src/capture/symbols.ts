// Why: a prototype in BTF does not mean that the function can be probed. The symbols show that: an inlined function has
// none, one changed by the compiler has another name, and two of the same name are ambiguous.
import { PROBE_TABLE } from './probe-table.ts';

/** Number of symbols per name, of the functions that may be probed and what the compiler made of them. */
export type SymbolTable = ReadonlyMap<string, number>;

/** Names of a function that was changed, whose arguments differ from the source. */
const CHANGED = ['.isra.0', '.constprop.0', '.part.0', '.isra.0.cold', '.cold'];

/** What `nm` calls the kinds of functions. */
const FUNCTION_KINDS = 'tTwW';

/** Digits of an address. */
const ADDRESS = 16;

/**
 * @param text of kallsyms, System.map, `nm`, available_filter_functions or available_filter_functions_addrs:
 * `ffffffff81000000 T _text`, `T _text`, `do_wp_page`, `nvme_probe [nvme]`, `ffffffff81000000 do_wp_page`. A kernel has
 * 200,000 lines, of which nothing is made but what is in the table.
 */
export function parseSymbols(text: string): SymbolTable {
  const wanted = wantedNames();
  const table = new Map<string, number>();
  for (let at = 0, end = 0; at < text.length; at = end + 1) {
    end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const from = text[at + ADDRESS] === ' ' && text[at + ADDRESS + 1] !== '[' ? at + ADDRESS + 1 : at;
    const hasKind = text[from + 1] === ' ';
    if (hasKind && !FUNCTION_KINDS.includes(text[from])) continue;
    // `\t[MODULE]`, `\r`
    const to = text[end - 1] === ']' ? text.lastIndexOf('[', end) - 1 : text[end - 1] === '\r' ? end - 1 : end;
    const name = text.slice(hasKind ? from + 2 : from, to);
    if (wanted.has(name)) table.set(name, (table.get(name) ?? 0) + 1);
  }
  return table;
}

function wantedNames(): ReadonlySet<string> {
  const names = PROBE_TABLE.flatMap(({ on }) => on.map((one) => one.split(/[ (]/, 1)[0]));
  return new Set(names.flatMap((name) => [name, ...CHANGED.map((suffix) => name + suffix)]));
}

/** Why a probe on this function would give wrong results; undefined: it would not. */
export function whyNot(symbols: SymbolTable, symbol: string): string | undefined {
  const n = symbols.get(symbol) ?? 0;
  if (n === 1) return undefined;
  if (n > 1) return `${n} functions have this name`;
  const changed = CHANGED.map((suffix) => symbol + suffix).find((name) => symbols.has(name));
  return changed === undefined
    ? 'no such symbol: it was inlined, or is not in this kernel'
    : `only ${changed} exists, whose arguments differ from the source`;
}
