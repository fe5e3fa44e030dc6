// Why: docs/ARCHITECTURE.md says what each room may import, and whoever has read only that page relies on it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const PAGE = readFileSync('docs/ARCHITECTURE.md', 'utf8');

/** What the table of rooms says: a room and what it may import, in the order of the page. */
const ROOMS = new Map(
  [...PAGE.matchAll(/^\| `(src\/[^`]*)` \|[^|]*\| ([^|]*) \|$/gm)].map(([, room, may]) => [
    room.replace(/\/(\*\.ts)?$/, ''),
    may.split(',').flatMap((name) => name.trim() || []),
  ]),
);

const roomOf = (file: string): string =>
  [...ROOMS.keys()].filter((room) => file.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0] ?? 'none';
const nameOf = (room: string): string => room.replace(/^src\//, '');

/** The one way round that the page names. */
const ALLOWED = new Set([
  'src/engine/running/load-module.ts > src/index.ts',
  'src/engine/running/load-module.ts > src/testing.ts',
]);

/** What each file imports: files of src/, and packages. Values and types alike. */
const FILES = new Map(
  globSync('src/**/*.ts').map((file) => {
    const code = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
    const statements = /^(?:import|export)\b[^;`]*?\bfrom '([^']+)';|^import '([^']+)';|\bimport\('([^']+)'\)/gm;
    const files: string[] = [];
    const packages: string[] = [];
    for (const found of code.matchAll(statements)) {
      const name = found[1] ?? found[2] ?? found[3];
      if (name.startsWith('.')) files.push(normalize(join(dirname(file), name)));
      else if (!/^node:|\$/.test(name)) packages.push(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    }
    return [file, { files: files.filter((to) => !ALLOWED.has(`${file} > ${to}`)), packages }] as const;
  }),
);

describe('what a directory may import', () => {
  it('each directory of src/ is in the table of the page, and each in the table exists', () => {
    expect([...FILES.keys()].filter((file) => !file.includes('/', 4)).map(roomOf)).not.toContain('none');
    const folders = new Set(
      [...FILES.keys()].filter((file) => file.includes('/', 4)).map((file) => file.split('/')[1]),
    );
    expect([...ROOMS.keys()].flatMap((room) => room.split('/')[1] ?? []).filter((room) => !folders.has(room))).toEqual(
      [],
    );
    expect([...folders].filter((folder) => !ROOMS.has(`src/${folder}`))).toEqual([]);
  });

  it('names only directories above its own', () => {
    const names = [...ROOMS.keys()].map(nameOf);
    for (const [room, may] of ROOMS)
      for (const name of may)
        if (names.includes(name)) expect([room, ...names.slice(0, names.indexOf(nameOf(room)))]).toContain(name);
  });

  it.each([...ROOMS.keys()])('%s imports what the page says, and all of that', (room) => {
    const own = [...FILES].filter(([file]) => roomOf(file) === room);
    const imports = new Set(
      own.flatMap(([, { files, packages }]) => [...files.map((file) => nameOf(roomOf(file))), ...packages]),
    );
    imports.delete(nameOf(room));
    expect([...imports].sort()).toEqual([...(ROOMS.get(room) ?? [])].sort());
  });
});

it('no files import each other in a circle, not even types', () => {
  const circles: string[] = [];
  const state = new Map<string, 'under way' | 'done'>();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'under way') circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
    if (state.has(file)) return;
    state.set(file, 'under way');
    for (const to of FILES.get(file)?.files ?? []) visit(to, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of FILES.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

it('names files and folders that exist', () => {
  const named = [...PAGE.matchAll(/`((?:src|test|docs|scripts|bench|fixtures|lab)\/[\w./-]*)`/g)].map(
    ([, path]) => path,
  );
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

it('no file of src/ has more than 350 lines', () => {
  const lines = (file: string): number => readFileSync(file, 'utf8').split('\n').length - 1;
  expect([...FILES.keys()].filter((file) => lines(file) > 350)).toEqual([]);
});
