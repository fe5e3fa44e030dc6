#!/usr/bin/env node
// Why: the installed `pindrift`. `--version` is answered here, before anything is loaded: scripts ask it often. Most
// traces are small, and compiling the program took more than reading them: V8's compiled code is kept from one run to
// the next, in the user's cache directory. (Node's own module.enableCompileCache does not exist in Node 20.)
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { cachedDataVersionTag, setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/** a SHA-256 and a CRC-32 in hexadecimal, a space between */
const SEAL_BYTES = 64 + 1 + 8;

const packageJson = join(__dirname, '../package.json');

if (process.argv[2] === '--version' || process.argv[2] === '-v') {
  const { name, version } = JSON.parse(readFileSync(packageJson, 'utf8'));
  console.log(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}`);
} else {
  load(join(dirname(packageJson), 'dist/pindrift.cjs')).main({ root: packageJson });
}

/** What the file exports. Its first line is a comment, a digest of the rest (scripts/bundle.mjs). */
function load(file) {
  // A check is over before the code that V8's optimising compilers make has paid: a fifth of the instructions of a small
  // one, and of one of 2 MB. Later versions of V8 wait longer by themselves, and say that they do not know the second
  // flag. Set here, because V8 takes no kept code that was made with other flags.
  if (process.version.startsWith('v20.')) {
    setFlagsFromString('--wasm-tiering-budget=120000000');
    setFlagsFromString('--interrupt-budget=200000');
  }
  const source = sourceOf(file);
  const digest = source.slice(3, 3 + 64);
  const cache = cacheFile();
  const cachedData = cache && kept(cache, digest);
  const script = new Script(source, { filename: file, cachedData });
  if (cache && (cachedData === undefined || script.cachedDataRejected)) keepAtExit(script, cache, digest);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, dirname(file));
  return module.exports;
}

function sourceOf(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (error.code !== 'EMFILE') throw error;
    console.error('pindrift: too many open files\n  try: ulimit -n 1024');
    process.exit(2);
  }
}

/** One for each command, since what it has compiled is of no use to another. */
function cacheFile() {
  const { HOME, NODE_DISABLE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env;
  if (NODE_DISABLE_COMPILE_CACHE || !HOME) return undefined;
  const [word = ''] = process.argv.slice(2);
  const command = /^[a-z]+$/.test(word) && !process.argv.includes('--help') ? word : 'help';
  return join(XDG_CACHE_HOME || join(HOME, '.cache'), 'pindrift', `${command}.code`);
}

/**
 * V8 refuses the code of another version, and runs all else as it is: only undamaged code of this source is taken, and
 * only from a file of this user.
 */
function kept(cache, digest) {
  try {
    if (!isMine(cache)) return undefined;
    const bytes = readFileSync(cache);
    const code = bytes.subarray(0, -SEAL_BYTES);
    return sealOf(code, digest).equals(bytes.subarray(-SEAL_BYTES)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** What stands behind the code: of which source it is, and its checksum. */
function sealOf(code, digest) {
  return Buffer.from(`${digest} ${crc32(code).toString(16).padStart(8, '0')}`);
}

function isMine(path) {
  return statSync(path).uid === process.getuid?.();
}

/** After a run that did its work: what was compiled until then. Nothing is lost where it cannot be written. */
function keepAtExit(script, cache, digest) {
  const tag = cachedDataVersionTag();
  process.once('exit', (code) => {
    // with other flags than at its start, V8 would not take it
    if (code === 2 || code === 70 || cachedDataVersionTag() !== tag) return;
    try {
      if (!isMine(process.env.HOME)) return;
      mkdirSync(dirname(cache), { recursive: true, mode: 0o700 });
      const part = `${cache}.${process.pid}`;
      const code = script.createCachedData();
      writeFileSync(part, Buffer.concat([code, sealOf(code, digest)]), { mode: 0o600, flag: 'wx' });
      renameSync(part, cache);
    } catch {
      // a cache
    }
  });
}
