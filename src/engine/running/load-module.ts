// Loads code named by the user: a rule, a config, a test. TypeScript runs directly, on every Node that pindrift
// supports; `import 'pindrift'` in it resolves to the running pindrift. Nothing else is loaded, and nothing is left on
// disk.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InputError } from '../../util/errors.ts';
import { loadWithin } from './load-limit.ts';
import { asLater, errorOf } from './rule-limits.ts';

/** File extensions that can be loaded. */
export const CODE = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const;

const shim = (name: string): string =>
  fileURLToPath(new URL(`./shim/${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));

async function loader() {
  const { createJiti } = await import('jiti');
  Reflect.set(globalThis, Symbol.for('pindrift.api'), await import('../../index.ts'));
  Reflect.set(globalThis, Symbol.for('pindrift.testing'), await import('../../testing.ts'));
  return createJiti(import.meta.url, {
    // a cache of compiled code in a directory writable by others would be a security hole
    fsCache: false,
    // the same path may have other content the next time (a watch, a test)
    moduleCache: false,
    interopDefault: false,
    alias: { pindrift: shim('pindrift'), 'pindrift/testing': shim('testing') },
  });
}

/**
 * The default export of a module, or the module itself if it has none.
 * @param path absolute
 * @param timeout ms in which it has to be loaded
 * @throws InputError that explains the error
 */
export async function loadModule(path: string, shown: string, timeout = 30_000): Promise<unknown> {
  if (!CODE.some((ending) => path.endsWith(ending))) {
    throw new InputError('this is not a TypeScript or JavaScript file', {
      where: shown,
      tryThis: `use a file that ends in ${CODE.join(', ')}`,
    });
  }
  const jiti = await loader();
  try {
    const who = { rule: shown, handler: 'import', line: () => 0 };
    const load = () => jiti.import<Record<string, unknown>>(path);
    const module = await asLater(who, () => loadWithin(timeout, shown, load));
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

/** The file of a package, resolved from a directory. */
export async function resolvePackage(name: string, folder: string): Promise<string | undefined> {
  const jiti = await loader();
  const url = jiti.esmResolve(name, { parentURL: pathToFileURL(`${folder}/`).href, try: true });
  return url === undefined ? undefined : fileURLToPath(url);
}

/** Handles default exports of modules compiled to CommonJS. */
function defaultOf(module: Record<string, unknown>): unknown {
  if (typeof module !== 'object' || module === null || !('default' in module)) return module;
  const inner = module.default;
  const wrapped = typeof inner === 'object' && inner !== null && '__esModule' in inner && 'default' in inner;
  return wrapped ? inner.default : inner;
}

/** The line of the file in an error of the parser or an exception while loading. */
function placeOf(error: unknown, path: string): { raw: string; shown: string } | undefined {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : '';
  const at = text.indexOf(`${path}:`);
  const [raw, line, column] = /^:(\d+):(\d+)/.exec(at < 0 ? '' : text.slice(at + path.length)) ?? [];
  if (raw === undefined || line === undefined) return undefined;
  // the parser counts columns from 0; a stack has lines of the file and columns of the compiled code
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
