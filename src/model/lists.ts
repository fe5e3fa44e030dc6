// Lists of pins by a number: page, address, thread.
import { Ordered } from './ordered.ts';
import { type Mm, NOWHERE, type Pin } from './state.ts';

/**
 * An array of objects, as all lists of pins are: V8 treats `[]` as an array of small integers, for which it compiles
 * separate code.
 */
export const NO_PINS: readonly Pin[] = [undefined as unknown as Pin].slice(1);

export function joined(lists: readonly Pin[][]): readonly Pin[] {
  return lists.length === 0 ? NO_PINS : lists.flat();
}

/** A pin is expected at its place. */
export function addPin(mm: Mm, pin: Pin): void {
  if (mm.pins === NOWHERE) mm.pins = new Ordered();
  push(mm.pins, pin.where, pin);
}

export const dropPin = (mm: Mm, pin: Pin): void => drop(mm.pins, pin.where, pin);

/** Lists by a key. */
interface Lists<V> {
  get(key: number): V[] | undefined;
  set(key: number, list: V[]): unknown;
  delete(key: number): unknown;
}

export function push<V>(lists: Lists<V>, key: number, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

export function drop<V>(lists: Lists<V>, key: number, value: V): void {
  const list = lists.get(key);
  if (list === undefined) return;
  // usually the oldest or the newest is removed
  if (list.at(-1) === value) list.pop();
  else if (list[0] === value) list.shift();
  else {
    const i = list.lastIndexOf(value);
    if (i >= 0) list.splice(i, 1);
  }
  if (list.length === 0) lists.delete(key);
}

/** Removes the oldest of a set that has grown to twice as many as are to be remembered. */
export function oldest<T>(all: Set<T>, remembered: number): T[] {
  if (all.size <= 2 * remembered) return [];
  const removed = [...all].slice(0, all.size - remembered);
  for (const old of removed) all.delete(old);
  return removed;
}
