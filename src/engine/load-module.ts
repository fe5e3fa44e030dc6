// Code that the user names: a rule, a config, a test. TypeScript runs as it is, on every Node that pindrift runs on;
// `import 'pindrift'` in it is this very pindrift. Nothing is loaded that nobody named, and nothing is left on disk.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InputError } from '../util/errors.ts';
import { asLater, errorOf } from './rule-limits.ts';

/** Endings of files that can be loaded. */
export const CODE = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const;

const shim = (name: string): string =>
  fileURLToPath(new URL(`./shim/${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));

async function loader() {
  const { createJiti } = await import('jiti');
  Reflect.set(globalThis, Symbol.for('pindrift.api'), await import('../index.ts'));
  Reflect.set(globalThis, Symbol.for('pindrift.testing'), await import('../testing.ts'));
  return createJiti(import.meta.url, {
    // a cache of compiled code in a folder that others may write to would be a way in
    fsCache: false,
    // the same path may hold another text the next time (a watch, a test)
    moduleCache: false,
    interopDefault: false,
    alias: { pindrift: shim('pindrift'), 'pindrift/testing': shim('testing') },
  });
}

/**
 * What a module exports as default, or the module itself where it has no default.
 * @param path absolute
 * @throws InputError that says what is wrong with it
 */
export async function loadModule(path: string, shown: string): Promise<unknown> {
  const jiti = await loader();
  try {
    const who = { rule: shown, handler: 'import', line: () => 0 };
    const module = await asLater(who, () => jiti.import<Record<string, unknown>>(path));
    return defaultOf(module);
  } catch (thrown) {
    const error = errorOf(thrown);
    if (error instanceof InputError) throw error;
    const place = placeOf(error, path);
    throw new InputError(`cannot be loaded: ${firstLines(error).replace(` ${path}${place?.raw ?? ''}`, '')}`, {
      where: place === undefined ? shown : `${shown}:${place.shown}`,
      tryThis: nextStep(error),
      cause: error,
    });
  }
}

/** The file of a package, seen from a folder. */
export async function resolvePackage(name: string, folder: string): Promise<string | undefined> {
  const jiti = await loader();
  const url = jiti.esmResolve(name, { parentURL: pathToFileURL(`${folder}/`).href, try: true });
  return url === undefined ? undefined : fileURLToPath(url);
}

/** Compiled to CommonJS or not, the default is the default. */
function defaultOf(module: Record<string, unknown>): unknown {
  if (typeof module !== 'object' || module === null || !('default' in module)) return module;
  const inner = module.default;
  const wrapped = typeof inner === 'object' && inner !== null && '__esModule' in inner && 'default' in inner;
  return wrapped ? inner.default : inner;
}

/** The line in the file, of what the parser or a throw at load says. */
function placeOf(error: unknown, path: string): { raw: string; shown: string } | undefined {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : '';
  const at = text.indexOf(`${path}:`);
  const [raw, line, column] = /^:(\d+):(\d+)/.exec(at < 0 ? '' : text.slice(at + path.length)) ?? [];
  if (raw === undefined || line === undefined) return undefined;
  // the parser counts columns from 0; a stack has lines of the file and columns of what it was compiled to
  const isParser = error instanceof Error && /ParseError|SyntaxError/.test(`${error.name} ${error.message}`);
  return { raw, shown: isParser ? `${line}:${Number(column) + 1}` : line };
}

function firstLines(error: unknown): string {
  const text =
    error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error);
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('Require stack') && !line.startsWith('- '))
    .slice(0, 2)
    .join(' ');
}

function nextStep(error: unknown): string | undefined {
  const missing = /Cannot find (?:module|package) '([^'.][^']*)'/.exec(
    error instanceof Error ? error.message : '',
  )?.[1];
  return missing === undefined || missing.startsWith('/') ? undefined : `npm install ${missing}`;
}
