// Why: the HTML report is one file that fetches nothing, so its code, its style and the hashes that allow them
// (Content-Security-Policy) go into one page at build time. src/report/html.ts puts the data in.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Browsers of 2023: DecompressionStream('deflate-raw'), CSS subgrid and container queries. */
const TARGET = ['chrome117', 'firefox117', 'safari16.4'];

export async function buildHtml(root) {
  const folder = join(root, 'src/report/html');
  const common = { absWorkingDir: root, bundle: true, minify: true, write: false, target: TARGET, logLevel: 'warning' };
  const script = await build({
    ...common,
    entryPoints: [join(folder, 'client/main.ts')],
    format: 'iife',
    platform: 'browser',
    legalComments: 'none',
    metafile: true,
  });
  const style = await build({ ...common, entryPoints: [join(folder, 'client/style.css')], charset: 'ascii' });
  const parts = {
    script: script.outputFiles[0].text.trim(),
    style: style.outputFiles[0].text.trim(),
    licences: `<!--\n${licences(root, Object.keys(script.metafile.inputs))}-->`,
  };
  parts.csp = [
    "default-src 'none'",
    `script-src '${hashOf(parts.script)}'`,
    `style-src '${hashOf(parts.style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = readFileSync(join(folder, 'page.html.in'), 'utf8').replace(
    /<!--build:(\w+)-->/g,
    (_, name) => parts[name],
  );
  const target = join(root, 'dist/report/html/page.built.html');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.${process.pid}`, page);
  renameSync(`${target}.${process.pid}`, target);
  return { target, bytes: Buffer.byteLength(page) };
}

const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** Copies of packages travel with their licences, once each. */
function licences(root, inputs) {
  const folders = new Set(inputs.map((input) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean));
  const byText = new Map();
  for (const folder of [...folders].sort()) {
    const { name, license, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : license;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...byText]
    .map(([text, names]) => `${names.join(', ')}\n\n${text}\n`)
    .join('\n')
    .replaceAll('--', '- -');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes, target } = await buildHtml(fileURLToPath(new URL('..', import.meta.url)));
  console.log(`${target}: ${Math.round(bytes / 1024)} KiB`);
}
