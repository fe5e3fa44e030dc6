// Why: the totals of all runs, which docs/reliability.md shows.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface Figures {
  cases: number;
  found: number;
}

export interface FuzzFigures {
  formats: Record<string, Figures>;
  seeds: number[];
}

export function addFigures(file: string, run: Readonly<Record<string, Figures>>, seed: number): void {
  const all: FuzzFigures = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { formats: {}, seeds: [] };
  for (const [format, { cases, found }] of Object.entries(run)) {
    const now = all.formats[format] ?? { cases: 0, found: 0 };
    all.formats[format] = { cases: now.cases + cases, found: now.found + found };
  }
  if (!all.seeds.includes(seed)) all.seeds.push(seed);
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
}
