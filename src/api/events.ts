// Raw events, for rules that need something no transition shows: a task that calls execve, or a probe that only the
// rule knows. An event is one line of the trace that the vocabulary could decode.
import type { FieldsOfKind, KindField, KindName } from '../vocabulary/kinds.ts';
import type { PAGE_NAMES, POINTER_NAMES } from '../vocabulary/meaning.ts';
import type { Slot } from '../vocabulary/record.ts';
import type { FieldMeaning, Probes } from './probes.ts';
import type { At, Mm, PageId } from './views.ts';

/**
 * An event. `fields` are its arguments under their names in the probe set (`nr`, `flags`, `page` ...); undefined if the
 * line does not show them. Handlers of events run after the state has changed.
 */
export interface TraceEvent<K extends string, F> {
  readonly kind: K;
  readonly at: At;
  readonly fields: F;
}

/** Type of a field's value by its meaning. */
interface Values {
  mm: Mm;
  page: PageId;
  pfn: PageId;
  address: number;
  number: number;
  pointer: string;
  symbol: string;
  bits: bigint;
}

/** Fields that are pages, address spaces or pointers although their slot does not show it. */
type MeaningOf<S extends number, N extends string, T> = T extends 'pte'
  ? 'bits'
  : T extends 'sym'
    ? 'symbol'
    : N extends PointerName
      ? 'pointer'
      : S extends typeof Slot.MM
        ? 'mm'
        : S extends typeof Slot.PAGE
          ? 'page'
          : S extends typeof Slot.ADDR | typeof Slot.END
            ? 'number'
            : N extends PageName
              ? 'page'
              : S extends typeof Slot.OTHER
                ? N extends 'src'
                  ? 'mm'
                  : 'number'
                : 'number';

type PointerName = (typeof POINTER_NAMES)[number];
type PageName = (typeof PAGE_NAMES)[number];

type NameOf<F> = F extends KindField<infer _S, infer _N, infer _T> ? F['name'] : never;
type ValueOf<F> = F extends KindField<infer S, infer _N, infer T> ? Values[MeaningOf<S, F['name'], T>] : never;

/** Fields of a built-in kind. */
export type EventFields<K extends KindName> = {
  readonly [F in FieldsOfKind<K> as NameOf<F>]: ValueOf<F> | undefined;
};

/** Fields of a kind defined by a rule. */
export type ProbeFields<F> = {
  readonly [K in keyof F]:
    | (F[K] extends FieldMeaning ? Values[F[K]] : F[K] extends { is: infer M extends FieldMeaning } ? Values[M] : never)
    | undefined;
};

/** The event of a kind: built-in, or one of the rule's own probes. */
export type EventOf<K extends string, P extends Probes> = K extends KindName
  ? TraceEvent<K, EventFields<K>>
  : K extends keyof P
    ? TraceEvent<K, ProbeFields<P[K]['fields']>>
    : never;
