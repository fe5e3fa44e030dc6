// Why: Node opens a hundred files to load oclif, about half of what a start costs. This puts the packages that the
// command line needs into a few files in dist/vendor. Only packages: our own modules stay where tsc put them, so that
// dynamic imports and `new URL('./worker.js', import.meta.url)` mean the same with and without this step.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** CommonJS inside an ES module wants these; only the vendor files use them. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  "const __dirname = __fileURLToPath(new URL('.', import.meta.url));",
].join('\n');

/** Native, and loaded by the few commands that need it. */
const NOT_BUNDLED = ['better-sqlite3'];

const keepOurModules = {
  name: 'keep-our-modules',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ importer, path }) =>
      importer.includes('node_modules') ? undefined : { path, external: true },
    );
  },
};

export async function bundlePackages(root) {
  const dist = join(root, 'dist');
  const commands = readdirSync(join(dist, 'commands'), { recursive: true })
    .filter((file) => file.endsWith('.js'))
    .map((file) => join(dist, 'commands', file));
  const { metafile } = await build({
    entryPoints: [join(dist, 'cli.js'), ...commands],
    outbase: dist,
    outdir: dist,
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    chunkNames: 'vendor/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: NOT_BUNDLED,
    absWorkingDir: root,
    plugins: [keepOurModules],
    banner: { js: BANNER },
    logLevel: 'warning',
    metafile: true,
  });
  writeFileSync(join(dist, 'vendor', 'LICENSES.txt'), licensesOf(root, Object.keys(metafile.inputs)));
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
