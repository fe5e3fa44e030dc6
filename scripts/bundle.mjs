// Why: Node opens a hundred files to load oclif and nearly two hundred of ours to check a trace, more than half of what
// a start costs. This puts all that the command line needs into one file, of which V8 can keep the compiled code
// (bin/run.js). The thread that reads blocks is a file of its own, for its start and its memory: a check of
// 350 MB with two threads took 5.6 instead of 6.3 s of CPU and 135 MB instead of 139 (medians of 3, a busy machine). What
// programs import stays where tsc put it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';

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

/** What oclif does in a way that costs a start much, and ours: */
const PLAINLY = [
  // a collator, for names of a-z: a twentieth of a start
  ['a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)'],
  // six modules, to know Windows
  ["(await import('wsl-utils')).isWsl", 'process.env.WSL_DISTRO_NAME'],
  // the second half of Node's files, for two of them
  ["await (0, promises_1.readFile)(path, 'utf8')", "(0, node_fs_1.readFileSync)(path, 'utf8')"],
  // a logger that looks at stderr for its colours, for which Node loads sockets
  ['(0, debug_1.default)(namespace)', '(process.env.DEBUG ? (0, debug_1.default)(namespace) : () => {})'],
  // a command by the path of its file: ours are in the bundle, a plugin's are files
  [
    'import((0, node_url_1.pathToFileURL)(filePath).href)',
    "(require('our-commands')[filePath]?.() ?? require(filePath))",
  ],
];

/**
 * oclif loads all of itself at its start: help, errors, spinners, colours, a search for plugins. Here a module is
 * evaluated when something of it is used first.
 */
const whenUsed = {
  name: 'when-used',
  setup(build) {
    const common =
      /^(?:const|var) (\w+_\d+|getPackageType) = ((?:__import(?:Default|Star)\()?require\(["'][^"']+["']\)\)?);$/gm;
    build.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => {
      let code = readFileSync(path, 'utf8');
      for (const [theirs, ours] of PLAINLY) code = code.replaceAll(theirs, ours);
      for (const [line, name, module] of [...code.matchAll(common)])
        code = code.replace(line, '').replaceAll(new RegExp(`\\b${name}\\b`, 'g'), () => `(${module})`);
      return { contents: code };
    });
  },
};

/** Parts of Node that a check of a file does not use, and that take a twentieth of its start to load. */
const NODE_WHEN_USED = [
  'child_process',
  'crypto',
  'module',
  'perf_hooks',
  'readline',
  'readline/promises',
  'worker_threads',
];

const nodeWhenUsed = {
  name: 'node-when-used',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(?:node:)?(?:${NODE_WHEN_USED.join('|')})$`) }, ({ path, namespace }) =>
      namespace === 'node-when-used' ? { path, external: true } : { path, namespace: 'node-when-used' },
    );
    build.onLoad({ filter: /./, namespace: 'node-when-used' }, async ({ path }) => {
      const names = Object.keys((await import(path)).default);
      const getters = names.map((name) => `get ${name}() { return require('${path}').${name}; }`);
      return { contents: `module.exports = {\n${getters.join(',\n')}\n};` };
    });
  },
};

/** All our commands, by the path that oclif knows. */
const commandsInside = (dist) => ({
  name: 'commands-inside',
  setup(build) {
    build.onResolve({ filter: /^our-commands$/ }, ({ path }) => ({ path, namespace: 'ours' }));
    build.onLoad({ filter: /^our-commands$/, namespace: 'ours' }, () => {
      const files = readdirSync(join(dist, 'commands'), { recursive: true })
        .filter((file) => file.endsWith('.js') && file !== 'base.js' && !file.startsWith('shared'))
        .map((file) => `${sep}commands${sep}${file}`);
      const entries = files.map(
        (file) => `[__dirname + ${JSON.stringify(file)}]: () => import(${JSON.stringify(`.${file}`)})`,
      );
      return { contents: `module.exports = {\n${entries.join(',\n')}\n}`, resolveDir: dist };
    });
  },
});

/** What bin/run.js calls with what a CommonJS module knows. */
const OPENING = `(function (exports, require, module, __filename, __dirname) {
'use strict';
const __url = require('node:url').pathToFileURL(__filename).href;
const __dist = __url.slice(0, __url.lastIndexOf('/') + 1);`;

/** Writes dist/pindrift.cjs: a digest of the code in a comment of one line, then one function. */
export async function bundleCommands(root) {
  const dist = join(root, 'dist');
  const { metafile, outputFiles } = await build({
    entryPoints: [join(dist, 'cli.js')],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: NOT_BUNDLED,
    define: { 'import.meta.url': '__url' },
    // what is run by node:vm cannot use import()
    supported: { 'dynamic-import': false },
    absWorkingDir: root,
    plugins: [commandsInside(dist), whenUsed, nodeWhenUsed, besideTheModule(dist)],
    banner: { js: OPENING },
    footer: { js: '})' },
    logLevel: 'warning',
    metafile: true,
  });
  // Regular expressions are the only place where esbuild leaves other characters; V8 needs half the memory without.
  const code = outputFiles[0].text
    .replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    // esbuild gives each module an object with one property, its path: as many shapes of objects, a thirtieth of a start
    .replace(/^(var \w+ = __(?:esm|commonJS)\(\{\n {2})"[^"\n]+"\(/gm, '$1run(');
  writeFileSync(join(dist, 'pindrift.cjs'), `// ${createHash('sha256').update(code).digest('hex')}\n${code}`);
  writeFileSync(join(dist, 'LICENSES.txt'), licensesOf(root, Object.keys(metafile.inputs)));
}

/** Replaces dist/engine/reading/worker.js, which is started by its URL, by one file with all that it imports. */
export async function bundleWorker(root) {
  const worker = join(root, 'dist/engine/reading/worker.js');
  await build({
    entryPoints: [worker],
    outfile: worker,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // for packages that are CommonJS
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
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
