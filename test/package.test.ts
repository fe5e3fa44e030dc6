// Why: who installed pindrift has the tarball and not this tree. What the documents in it name must be in it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const { files, man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  files: string[];
  man: string[];
};

/** Whether a path of the repository is in the tarball; npm adds these three by itself. */
const packed = (path: string): boolean =>
  ['README.md', 'LICENSE', 'package.json'].includes(path) ||
  files.some((file) => path === file || path.startsWith(`${file}/`) || file.startsWith(`${path}/`));

const documents = ['README.md', ...files.filter((file) => file.startsWith('fixtures/') && file.endsWith('.md'))].concat(
  ['docs', 'contrib'].flatMap((folder) =>
    (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  ),
);

describe('the tarball', () => {
  it('has what its documents link to', () => {
    const missing = documents.flatMap((document) =>
      Array.from(readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g), ([, link]) =>
        normalize(join(dirname(document), link)),
      )
        .filter((path) => !packed(path) || !existsSync(join(root, path)))
        .map((path) => `${document}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('has the captures that its documents read', () => {
    const named = documents
      .filter((document) => !document.startsWith('fixtures'))
      .flatMap((document) =>
        Array.from(readFileSync(join(root, document), 'utf8').matchAll(/fixtures\/[\w./-]+\.gz/g), ([path]) => path),
      );
    expect([...new Set(named)].filter((path) => !packed(path))).toEqual([]);
  });

  it('names every page of the manual, since npm links only those', () => {
    expect(man).toEqual(
      readdirSync(join(root, 'man'))
        .toSorted()
        .map((page) => `man/${page}`),
    );
  });
});
