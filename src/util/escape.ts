// Why: task names, file names and flags are chosen by others. Printed unescaped, they could move the cursor, recolour
// the terminal or reorder a line (bidi controls), and so falsify output. Everything echoed is escaped here.

// C0 (tab and newline too: one value is one line), DEL, C1, and the bidi embeddings, overrides and isolates.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** `"a\x1b[31m"` becomes `"a\\x1b[31m"`: visible, and harmless on a terminal. */
export function escapeControl(text: string): string {
  return text.replace(CONTROL, escapeOne);
}

function escapeOne(char: string): string {
  const code = char.charCodeAt(0);
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
