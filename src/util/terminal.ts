// Why: determines in one place what can be drawn on a stream: colours (a flag, then NO_COLOR and FORCE_COLOR, then the
// stream), the width, and whether a line can be redrawn.

export interface Terminal {
  color: boolean;
  /** columns; undefined if the stream is not a terminal and no width is given */
  width: number | undefined;
  /** the locale supports more than ASCII, such as arrows */
  unicode: boolean;
  /** lines can be redrawn, as for a progress bar */
  live: boolean;
}

/** The used part of `process.stdout` or `process.stderr`. */
export interface OutputStream {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** @param color value of the flag; undefined if it was not given */
export function terminal(
  stream: OutputStream,
  color: boolean | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Terminal {
  const isTerminal = stream.isTTY === true;
  const live = isTerminal && env.TERM !== 'dumb';
  return { color: color ?? colorWanted(env) ?? live, width: widthOf(stream, env), unicode: unicodeOf(env), live };
}

/** https://no-color.org and https://force-color.org: set and not empty; FORCE_COLOR=0 is no. */
function colorWanted(env: NodeJS.ProcessEnv): boolean | undefined {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR === undefined || env.FORCE_COLOR === '') return undefined;
  return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
}

/** locale(7): the first one set decides. C and POSIX are ASCII; if none is set, UTF-8 is assumed. */
function unicodeOf(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return /utf-?8/i.test(locale);
}

function widthOf(stream: OutputStream, env: NodeJS.ProcessEnv): number | undefined {
  // A terminal of unknown size (a serial line) reports 0.
  if (stream.isTTY === true && stream.columns !== undefined && stream.columns > 0) return stream.columns;
  const said = Number(env.COLUMNS);
  return Number.isInteger(said) && said > 0 ? said : undefined;
}
