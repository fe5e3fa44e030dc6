// Why: a rule says why and what to do in half a sentence; where it stands alone it is a whole one.

/** Names that begin a sentence as the kernel writes them. */
const NAMES: ReadonlySet<string> = new Set(['fork', 'khugepaged', 'kswapd', 'mm', 'mlock', 'mprotect', 'vmsplice']);

/** With a capital at the beginning and a period at the end; a function or a flag keeps its name. */
export function sentence(text: string): string {
  const [word = ''] = text.split(' ', 1);
  const isName = /[_()*]/.test(word) || NAMES.has(word);
  const begun = isName ? text : word.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
