// Why: Node opens a hundred files to load oclif and nearly two hundred of ours to check a trace, more than half of what
// a start costs. This puts what the command line needs into a few files in dist/chunks. What programs import, and the
// worker that is started by its URL, stay where tsc put them: no process has both.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';

/** CommonJS inside an ES module wants the first ones, `besideTheModule` the last. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  "const __dirname = __fileURLToPath(new URL('.', import.meta.url));",
  "const __dist = import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + '/dist/'.length);",
].join('\n');

/** Native, a package that reads files of its own, or a large one; loaded by the few commands that need them. */
const NOT_BUNDLED = ['better-sqlite3', 'jiti', 'protobufjs', '@duckdb/node-api', 'bullmq', 'ioredis', 'pg'];

/** `new URL('./worker.js', import.meta.url)` means the file beside the module, wherever its code has gone. */
const besideTheModule = (dist) => ({
  name: 'beside-the-module',
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const place = JSON.stringify(relative(dist, path).replaceAll(sep, '/'));
      const code = readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', `(__dist + ${place})`)
        .replace(/^import (\w+) from '(string-width)';$/m, 'const $1 = (text) => require("$2").default(text);');
      return { contents: code };
    });
  },
});

/** What oclif loads at its start and needs for help, errors and spinners only; and what knows the width of every script. */
const WHEN_USED = ['tinyglobby', 'minimatch', 'ejs', 'lilconfig', 'cli-spinners', 'wrap-ansi', 'string-width'];

/** A module that is evaluated when something of it is used first: a fifth of a start. */
const whenUsed = {
  name: 'when-used',
  setup(build) {
    const packages = WHEN_USED.join('|');
    const common = new RegExp(`^const (\\w+) = ((?:__importDefault\\()?require\\("(?:${packages})"\\)\\)?);$`, 'gm');
    build.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => {
      let code = readFileSync(path, 'utf8');
      for (const [line, name, module] of [...code.matchAll(common)])
        code = code.replace(line, '').replaceAll(new RegExp(`\\b${name}\\b`, 'g'), () => `(${module})`);
      return { contents: code };
    });
  },
};

export async function bundleCommands(root) {
  const dist = join(root, 'dist');
  const commands = readdirSync(join(dist, 'commands'), { recursive: true })
    .filter((file) => file.endsWith('.js') && file !== 'base.js' && !file.startsWith('shared'))
    .map((file) => join(dist, 'commands', file));
  const { metafile } = await build({
    entryPoints: [join(dist, 'cli.js'), ...commands],
    outbase: dist,
    outdir: dist,
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: NOT_BUNDLED,
    absWorkingDir: root,
    plugins: [whenUsed, besideTheModule(dist)],
    banner: { js: BANNER },
    logLevel: 'warning',
    metafile: true,
  });
  for (const file of Object.keys(metafile.outputs)) withoutUnused(join(root, file));
  writeFileSync(join(dist, 'chunks', 'LICENSES.txt'), licensesOf(root, Object.keys(metafile.inputs)));
}

/** Most files use nothing of the banner, which costs two URLs and a `require` for each. */
function withoutUnused(path) {
  const code = readFileSync(path, 'utf8');
  const at = code.indexOf(BANNER);
  const rest = at < 0 ? '' : code.slice(at + BANNER.length);
  if (at >= 0 && !/\b(?:require|__filename|__dirname|__dist)\b/.test(rest))
    writeFileSync(path, code.slice(0, at) + rest);
}

/** Copies of packages travel with their licences. */
function licensesOf(root, inputs) {
  const folders = inputs.map((input) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean);
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const { license, name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : license;
      return `${name} ${version}\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}
