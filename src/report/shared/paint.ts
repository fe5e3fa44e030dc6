// Colour is an argument and does not depend on the environment, so that the same report gives the same bytes in tests,
// in a pipe and in CI. (ansis 3 decides when it is imported.)
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Gives the text the styles, or leaves it alone. The text must already be safe to print. */
export type Paint = (styles: Style | Style[], text: string) => string;

export function painter(color: boolean): Paint {
  return color ? (styles, text) => styleText(styles, text, { validateStream: false }) : (_styles, text) => text;
}
