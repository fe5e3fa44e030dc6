// Why: a line in which one character was lost or changed may still be read, as an event that nobody knows. A trace
// repeats its few words many times, so a word that differs in one character from one that is known, in the same place, is
// not a word of its own. Of others nothing is known: drivers have an rx and a tx, XFS a leaf and a leafn.
import type { TypeFacts } from './event-type.ts';
import { Kind } from './kinds.ts';
import { type DamagedLines, isBeginning, type LinesOfLayout } from './whole.ts';

/** An event that is seen so often is spelt right; one that is seen this much less often is not another one. */
const OFTEN = 20;

/** More places or names are not compared. */
const MOST = 64;

/** What is spelt in another way than elsewhere in the trace. */
export function misspelt(types: readonly TypeFacts[]): DamagedLines[] {
  const out: DamagedLines[] = [];
  const byName = new Map<string, TypeFacts[]>();
  const byPlace = new Map<string, Set<string>>();
  for (const type of types) {
    byName.set(type.name, [...(byName.get(type.name) ?? []), type]);
    for (const place of type.places) byPlace.set(place, (byPlace.get(place) ?? new Set()).add(type.name));
    out.push(...oddLayouts(type.layouts));
  }
  const inside = insides(types);
  for (const named of byName.values())
    if (named.some(isKnown)) {
      const spelt = oddPlaces(named.flatMap(({ places }) => places));
      out.push(...spelt, ...(spelt.length === 0 ? halfPlaces(named, inside) : []));
    }
  const isAlike = (a: TypeFacts, b: TypeFacts): boolean =>
    a.places.length > 0
      ? a.places.some((place) => byPlace.get(place)?.has(b.name) === true)
      : b.places.length === 0 && !a.name.startsWith('sys_') && a.keys.join() === b.keys.join();
  const known = types.filter((type) => type.count >= OFTEN && isKnown(type));
  const rare = types.filter((type) => type.count === 1 && (!isKnown(type) || type.places.length > 0));
  if (known.length > MOST || rare.length > MOST) return out;
  for (const one of rare) {
    const other = known.find((type) => isOneEdit(one.name, type.name) && !isNumbered(one, type) && isAlike(one, type));
    if (other !== undefined) out.push(odd(one.name, other.name));
  }
  return out;
}

const isKnown = ({ kind }: TypeFacts): boolean => kind !== Kind.none;

const odd = (word: string, other: string, why = 'a character is missing or was changed'): DamagedLines => ({
  lines: 1,
  first: Number.POSITIVE_INFINITY,
  reason: `"${word}" is "${other}" in other lines: ${why}`,
});

/** Names that end in other numbers are those of several probes. */
const isNumbered = (a: TypeFacts, b: TypeFacts): boolean => withoutDigits(a.name) === withoutDigits(b.name);
const withoutDigits = (name: string): string => name.replace(/\d+/g, '');

/**
 * Places of one event: it may be recorded at several offsets, but a function has one name and one size. A return names
 * its caller first, and callers may be alike: newstat and newlstat.
 */
function oddPlaces(places: readonly string[]): DamagedLines[] {
  const symbolic = places.filter((place) => place.includes('+0x') && !place.includes('<-'));
  if (symbolic.length > MOST) return [];
  const out: DamagedLines[] = [];
  for (const [i, place] of symbolic.entries()) {
    const isWrong = (other: string) =>
      isOneEdit(other, place) && !isOffset(other, place) && withoutDigits(other) !== withoutDigits(place);
    const before = symbolic.slice(0, i).find(isWrong);
    if (before !== undefined) out.push(odd(place, before));
  }
  return out;
}

/**
 * A location with the offset and the size of another, in an event that has known ones nearly everywhere: of the name in
 * front of them a part was lost, or the end of that line and the beginning of this one.
 */
function halfPlaces(named: readonly TypeFacts[], inside: ReadonlyMap<string, string>): DamagedLines[] {
  const usual = named.filter(isKnown).reduce((sum, { count }) => sum + count, 0);
  const own = insides(named);
  return named
    .filter((type) => !isKnown(type) && type.count * OFTEN <= usual)
    .flatMap(({ places }) => places)
    .flatMap((place) => {
      const other = own.get(insideOf(place)) ?? inside.get(insideOf(place));
      return other === undefined ? [] : [odd(place, other, 'a part is missing, or two lines were joined')];
    });
}

/** Locations of events that are known, by their offset and size. */
const insides = (types: readonly TypeFacts[]): Map<string, string> =>
  new Map(types.filter(isKnown).flatMap(({ places }) => places.map((place) => [insideOf(place), place])));

/** `+0x4/0xe0)`; of a location without symbols all of it. */
const insideOf = (place: string): string => place.slice(Math.max(0, place.lastIndexOf('+0x')));

const isOffset = (a: string, b: string): boolean => withoutOffsets(a) === withoutOffsets(b);
const withoutOffsets = (place: string): string => place.replace(/\+0x[0-9a-f]+\//g, '/');

/** The kernel prints one layout after a probe's location, always. */
function oddLayouts(layouts: readonly LinesOfLayout[]): DamagedLines[] {
  if (layouts.length < 2) return [];
  const main = layouts.reduce((a, b) => (b.lines > a.lines ? b : a));
  return layouts
    .filter((l) => l.lines * OFTEN <= main.lines && !isBeginning(l.names, main.names))
    .map(({ lines, first, names }) => ({
      lines,
      first,
      reason: `the arguments "${names}" are "${main.names}" in other lines of the event`,
    }));
}

/** Whether one character more, fewer or changed, or two that changed places, make one word of the other. */
export function isOneEdit(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  let same = 0;
  while (same < Math.min(a.length, b.length) - from && a[a.length - 1 - same] === b[b.length - 1 - same]) same++;
  const [x, y] = [a.slice(from, a.length - same), b.slice(from, b.length - same)];
  if (x.length <= 1 && y.length <= 1) return true;
  return x.length === 2 && y.length === 2 && x[0] === y[1] && x[1] === y[0];
}
