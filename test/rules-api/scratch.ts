// A folder for one test, with files in it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export function scratch(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'pindrift-rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A rule as a file. */
export const ruleFile = (id: string, more = ''): string => `
  import { defineRule } from 'pindrift';
  const status: 'experimental' = 'experimental';
  export default defineRule({
    meta: { id: '${id}', summary: 's', why: 'w', needs: [['gup']], status, severity: { all: 'note' }, falsePositives: [], references: [], fixedBy: [], messages: {} },
    create: () => ({}),
    ${more}
  });
`;
