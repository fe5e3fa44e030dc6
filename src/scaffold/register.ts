// Adds a new built-in rule to the list: its import to the imports, the rule before those that must be last.

/** The text of src/rules/index.ts with the rule added; undefined if the file does not have the expected form. */
export function registered(source: string, id: string): string | undefined {
  const name = id.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase());
  const imports = [...source.matchAll(/^import \w+ from '\.\/([\w-]+)\.ts';\n/gm)];
  const last = /^ {2}lostDmaWrite,\n/m;
  if (imports.length === 0 || !last.test(source)) return undefined;
  const line = `import ${name} from './${id}.ts';\n`;
  const next = imports.find(([, other]) => other > id);
  const at = next === undefined ? (imports.at(-1)?.index ?? 0) + (imports.at(-1)?.[0].length ?? 0) : next.index;
  const withImport = source.slice(0, at) + line + source.slice(at);
  return withImport.replace(last, (all) => `  ${name},\n${all}`);
}
