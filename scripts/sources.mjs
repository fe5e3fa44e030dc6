// Why: "is this build, or this install, still the right one?" is answered by the content of the files, not by their
// times: a checkout, a stash or a deleted file must not leave a stale dist/.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The stamps live in node_modules: whoever removes it gets a fresh install and a fresh build. */
const stamps = join(root, 'node_modules', '.pindrift');

export function isStamped(name, digest) {
  try {
    return readFileSync(join(stamps, name), 'utf8') === digest;
  } catch {
    return false;
  }
}

export function stamp(name, digest) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), digest);
}

/** Native addons are compiled for one ABI, so the Node version is part of what an install is. */
export function installDigest() {
  return digestOf(['package-lock.json', '.npmrc'], `${process.platform} ${process.arch} ${process.versions.modules}`);
}

export function buildDigest() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    // made by the build
    .filter((name) => !name.endsWith('.wasm.ts'))
    .sort();
  const scripts = ['build.mjs', 'build-assembly.mjs', 'build-html.mjs', 'bundle.mjs'].map((name) => `scripts/${name}`);
  return digestOf([...sources, 'package.json', 'package-lock.json', 'tsconfig.json', ...scripts], '');
}

export function digestOf(files, salt) {
  const hash = createHash('sha256').update(salt);
  for (const file of files) {
    hash.update(`\0${file}\0`);
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
