// Why: the loops in src/assembly are AssemblyScript. They are compiled to WebAssembly and put as text into a module that
// git ignores, so that they are found wherever the code runs: from dist/, from a bundle, in a thread, from sources.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, isStamped, root, stamp } from './sources.mjs';

const MADE = 'src/util/loops.wasm.ts';

export async function buildAssembly() {
  const sources = readdirSync(join(root, 'src/assembly')).map((name) => `src/assembly/${name}`);
  const digest = digestOf([...sources.sort(), 'scripts/build-assembly.mjs', 'package-lock.json'], made());
  if (isStamped('assembly', digest)) return;
  const { main } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await main(
    [
      'src/assembly/index.ts',
      ...['--outFile', 'loops.wasm', '--runtime', 'stub', '--importMemory', '--noExportMemory', '--initialMemory', '1'],
      ...['-O3', '--noAssert', '--enable', 'simd', '--use', 'abort='],
    ],
    {
      readFile: (name) => read(join(root, name)),
      writeFile: (_, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || binary === undefined) throw new Error(`src/assembly: ${stderr?.toString() || error?.message}`);
  const text = Buffer.from(binary).toString('base64');
  writeFileSync(
    join(root, MADE),
    `// Made of src/assembly by scripts/build-assembly.mjs.\nexport const LOOPS =\n  '${text}';\n`,
  );
  stamp('assembly', digestOf([...sources, 'scripts/build-assembly.mjs', 'package-lock.json'], made()));
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** What was made before; nothing in a fresh clone. */
const made = () => read(join(root, MADE)) ?? '';
