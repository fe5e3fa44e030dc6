// Why: what may be drawn on a stream, decided in one place: colours (a flag, then NO_COLOR and FORCE_COLOR, then what
// the stream is), the width, and whether a line may be redrawn.

export interface Terminal {
  color: boolean;
  /** columns; undefined when the stream is no terminal and nobody said */
  width: number | undefined;
  /** the locale has more than ASCII: arrows can be shown */
  unicode: boolean;
  /** lines may be redrawn: a progress bar makes sense */
  live: boolean;
}

/** What is looked at of `process.stdout` or `process.stderr`. */
export interface Screen {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** @param color what a flag said; undefined when it was not given */
export function terminal(stream: Screen, color: boolean | undefined, env: NodeJS.ProcessEnv = process.env): Terminal {
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

/** locale(7): the first that is set decides. C and POSIX are ASCII; where nothing is set, terminals of today have UTF-8. */
function unicodeOf(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return /utf-?8/i.test(locale);
}

function widthOf(stream: Screen, env: NodeJS.ProcessEnv): number | undefined {
  // A terminal that does not know its size (a serial line) says 0.
  if (stream.isTTY === true && stream.columns !== undefined && stream.columns > 0) return stream.columns;
  const said = Number(env.COLUMNS);
  return Number.isInteger(said) && said > 0 ? said : undefined;
}
