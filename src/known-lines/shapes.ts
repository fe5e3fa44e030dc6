// Why: what known-lines/knowledge.ts knows of one shape, in the words of the loops (src/assembly/known.ts).
import {
  FORM_BARE,
  FORM_NUMBER,
  FORM_TEXT,
  TARGET_LENGTH,
  TARGET_NUMBER,
  TARGET_PTE,
  TARGET_SYMBOL,
} from '../assembly/layout.ts';
import { type Template, ValueKind } from '../vocabulary/template.ts';
import type { CellForm, CellShape } from './cells.ts';

export interface ShapeParts {
  placed: boolean;
  texts: readonly Uint8Array[];
  template: Template | undefined;
  shape: CellShape | undefined;
  symbol: KnownSymbol;
}

/** The symbol in the lines of a shape, as printed, and its number. */
export interface KnownSymbol {
  readonly word: Uint8Array;
  readonly number: number;
}

export const NO_SYMBOL: KnownSymbol = { word: new Uint8Array(0), number: Number.NaN };

export const TARGETS: Readonly<Record<number, number>> = {
  [ValueKind.Number]: TARGET_NUMBER,
  [ValueKind.Pte]: TARGET_PTE,
  [ValueKind.Length]: TARGET_LENGTH,
  [ValueKind.Symbol]: TARGET_SYMBOL,
};

export const FORMS: Readonly<Record<CellForm, number>> = {
  hex: FORM_NUMBER,
  dec: FORM_NUMBER,
  bare: FORM_BARE,
  text: FORM_TEXT,
};

/** Whether a record needs only numbers of such lines. */
export const isOfNumbers = ({ kinds }: Template): boolean =>
  kinds.every((kind) => kind !== ValueKind.Symbol && TARGETS[kind] !== undefined);

/** Whether a record needs only numbers and a symbol, each at its position. */
export const isByPlace = ({ kinds, positional }: Template): boolean =>
  positional && kinds.every((kind) => TARGETS[kind] !== undefined);

export const sameTexts = (texts: readonly Uint8Array[], others: readonly Uint8Array[]): boolean =>
  texts.length === others.length && texts.every((text, i) => Buffer.compare(text, others[i]) === 0);

/** Whether a store reads the same values as a record: between the same texts, hexadecimal only with 0x, symbols as text. */
export const fits = ({ forms, style, texts }: CellShape, others: readonly Uint8Array[], template: Template): boolean =>
  style === 'equals' &&
  sameTexts(texts, others) &&
  forms.every((form, i) =>
    template.kinds[i] === ValueKind.Symbol ? form === 'text' : form !== 'bare' || template.slots[i] < 0,
  );
