// Why: the one way to build. dist/ is removed first, so that a deleted source leaves nothing behind, and the stamp is
// written last, so that a build that failed or was interrupted is done again.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAssembly } from './build-assembly.mjs';
import { buildHtml } from './build-html.mjs';
import { bundleCommands, bundleWorker } from './bundle.mjs';
import { writeMan } from './man.mjs';
import { buildDigest, root, stamp } from './sources.mjs';

const digest = buildDigest();
const manifestPath = join(root, 'oclif.manifest.json');

rmSync(join(root, 'dist'), { recursive: true, force: true });
rmSync(manifestPath, { force: true });

await buildAssembly();

const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(1);

await bundleCommands(root);
await bundleWorker(root);
await buildHtml(root);
copyData();
await writeManifest();
stamp('build', digest);

/** Files that the code reads beside itself: the script of `capture`, examples of rules, types of stock kernels. */
function copyData() {
  for (const file of readdirSync(join(root, 'src'), { recursive: true }))
    if (/\.(?:sh|txt)$/.test(file)) cpSync(join(root, 'src', file), join(root, 'dist', file));
}

/** What `oclif manifest` writes: with it, `pindrift --help` need not load every command. The man pages are made of it. */
async function writeManifest() {
  const { Plugin } = await import('@oclif/core');
  const plugin = new Plugin({ root, ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
  await plugin.load();
  writeFileSync(manifestPath, `${JSON.stringify(plugin.manifest, null, 2)}\n`);
  writeMan(root, plugin.manifest, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
}
