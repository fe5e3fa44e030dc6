// The message texts of a rule as types: a report must fill exactly the {placeholders} of the message it names.
import type { At, Mm, PageId } from './views.ts';

/** Message texts by id: `{ copied: 'the page {pinned} was copied by {task}' }`. */
export type Messages = Readonly<Record<string, string>>;

/**
 * A placeholder's value. A place is printed as its task (`qemu[1374]`), an address space as its pointer, a page as its
 * pfn if known, anything else as text.
 */
export type DataValue = string | number | bigint | At | Mm | { readonly page: PageId | undefined };

/** Filled in automatically: the pinned page, and the page mapped in its place. */
export type Filled = 'pinned' | 'mapped';
export const FILLED: readonly string[] = ['pinned', 'mapped'] satisfies Filled[];

/** Names between braces in a text. */
export type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

type Wanted<T extends string> = Exclude<Placeholders<T>, Filled>;

/** The fields of a report besides the message id: `data` if and only if the text has placeholders of its own. */
export type DataOf<T extends string> = string extends T
  ? { readonly data?: Readonly<Record<string, DataValue>> | undefined }
  : [Wanted<T>] extends [never]
    ? { readonly data?: undefined }
    : { readonly data: { readonly [Name in Wanted<T>]: DataValue } };

/** Names between braces in a text, at run time. */
export const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
