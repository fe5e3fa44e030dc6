// Rule view of a page table entry, which the model stores as one number.
import { entryBits, entryPage, Pte } from '../model/page-table.ts';
import type { Entry, EntryState, PageId } from './views.ts';

/** By Pte.STATE; where migration has mapped something again, or a PMD was split, no line may show what. */
export const ENTRY_STATES: readonly EntryState[] = [
  ...(['none', 'present', 'swap', 'migration', 'device-exclusive'] as const),
  ...(['present', 'present'] as const),
];

export function entryView(entry: number): Entry {
  const bits = entryBits(entry);
  const state = ENTRY_STATES[bits & Pte.STATE];
  const isNamed = (bits & Pte.STATE) < Pte.Returning;
  const page = isNamed ? entryPage(entry) : Number.NaN;
  return {
    state,
    page: state === 'none' || Number.isNaN(page) ? undefined : (page as PageId),
    shared: (bits & Pte.Shared) !== 0,
    file: (bits & Pte.File) !== 0,
  };
}
