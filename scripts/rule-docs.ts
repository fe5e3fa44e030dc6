// `npm run docs`: docs/rules/ from the rules' meta, and the reference of the rule guide from the types. With --check it
// writes nothing and says what is out of date (npm test does the same).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { check } from '../src/engine/check.ts';
import { memoryInput } from '../src/engine/reading/input.ts';
import { GENERATED, rulePage, rulesIndex } from '../src/report/rule-page.ts';
import { bandLines } from '../src/report/shared/bands.ts';
import type { RuleMeta } from '../src/rules/contract.ts';
import { BUILT_IN } from '../src/rules/index.ts';
import { referencePage } from './rule-reference.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the generated pages should be, by path from the root. */
export async function pages(): Promise<Map<string, string>> {
  const metas = BUILT_IN.map(({ meta }) => meta);
  const out = new Map<string, string>([['docs/rules/README.md', rulesIndex(metas, GENERATED)]]);
  for (const meta of metas) out.set(`docs/rules/${meta.id}.md`, rulePage(meta, GENERATED, await pictureOf(meta)));
  out.set(
    'docs/rules-guide/reference.md',
    referencePage((file) => readFileSync(join(root, file), 'utf8'), GENERATED),
  );
  return out;
}

/** The example of a rule, drawn. */
async function pictureOf({ examples, id }: RuleMeta): Promise<string[] | undefined> {
  if (examples === undefined) return undefined;
  const { findings } = await check([memoryInput(`${id}.txt`, examples.fires)]);
  const shown =
    findings.find((finding) => finding.rule === id) ??
    findings.find(({ also, harm }) => also.includes(id) || harm.some((kind) => kind === id));
  return shown && bandLines(shown);
}

/** What is missing, differs, or is there without a rule. */
export async function outOfDate(): Promise<string[]> {
  const wanted = await pages();
  const problems: string[] = [];
  for (const [path, text] of wanted) {
    const file = join(root, path);
    if (!existsSync(file)) problems.push(`${path} is missing`);
    else if (readFileSync(file, 'utf8') !== text) problems.push(`${path} is out of date`);
  }
  const folder = join(root, 'docs/rules');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!wanted.has(`docs/rules/${name}`)) problems.push(`docs/rules/${name} belongs to no rule`);
  }
  return problems;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--check')) {
    const problems = await outOfDate();
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) console.error('npm run docs writes them again');
    process.exitCode = problems.length === 0 ? 0 : 1;
  } else {
    for (const [path, text] of await pages()) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }
}
