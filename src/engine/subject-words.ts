// A transition or event as one line for people: what a rule was told.
import type { Drift, Io, Mm, Pin, PinCall } from '../api/views.ts';

const hex = (n: number): string => `0x${n.toString(16)}`;

/** Fields whose value is a page. */
const PAGES = new Set(['page', 'oldPage', 'newPage', 'copy', 'p0', 'p1', 'head', 'kpage', 'folio']);
/** ... a virtual page or a range of them, printed as addresses. */
const VPNS = new Set(['vpn', 'start', 'end', 'from', 'to']);
/** ... of the place, which stands in front of the line. */
const PLACE = new Set(['at', 'fault']);

/** What of a model it takes: a rule's view of one does. */
export interface SpokenOf {
  readonly pageBytes: number;
  pfn(page: number): number | undefined;
  pagePointer(page: number): string;
}

export class SubjectWords {
  readonly #of: SpokenOf | undefined;

  /** @param model undefined: there is nothing yet to speak of */
  constructor(model?: SpokenOf) {
    this.#of = model;
  }

  page(page: number | undefined): string {
    if (page === undefined) return '?';
    const pfn = this.#of?.pfn(page);
    return pfn === undefined ? `page ${this.#of?.pagePointer(page) ?? '?'}` : `pfn ${hex(pfn)}`;
  }

  pin(pin: Pin): string {
    const flags = `FOLL_${pin.call.kind}${pin.call.write ? '|FOLL_WRITE' : ''}${pin.call.longterm ? '|FOLL_LONGTERM' : ''}`;
    return `pin ${pin.id} ${flags} ${pin.address === undefined ? '?' : hex(pin.address)} ${this.page(pin.page)} ${pin.state}`;
  }

  /** @param inPages the transition counts in virtual pages, not in bytes */
  of(subject: object, inPages = true): string {
    const parts: string[] = [];
    for (const [name, value] of Object.entries(subject)) {
      if (PLACE.has(name) || value === undefined || name === 'kind') continue;
      parts.push(this.#field(name, value, inPages));
    }
    return parts.filter((part) => part !== '').join('  ');
  }

  #field(name: string, value: unknown, inPages: boolean): string {
    if (name === 'drift') return this.#drift(value as Drift);
    if (name === 'pin') return this.pin(value as Pin);
    if (name === 'pins') return this.#pins(value as readonly Pin[]);
    if (name === 'call') return this.#call(value as PinCall);
    if (name === 'io') return this.#io(value as Io);
    if (name === 'fields') return this.of(value as object, false);
    if (typeof value === 'number') {
      if (PAGES.has(name)) return `${name === 'page' ? '' : `${name} `}${this.page(value)}`;
      if (VPNS.has(name))
        return `${name === 'vpn' ? '' : `${name} `}${hex(inPages ? value * (this.#of?.pageBytes ?? 1) : value)}`;
      return name === 'addr' || name === 'address' ? hex(value) : `${name} ${value}`;
    }
    if (typeof value === 'object' && value !== null && 'ptr' in value) return `${name} ${(value as Mm).ptr}`;
    if (typeof value === 'bigint') return `${name} 0x${value.toString(16)}`;
    return typeof value === 'boolean' ? (value ? name : '') : `${name} ${String(value)}`;
  }

  #drift({ pin, via, page }: Drift): string {
    return `via ${via}: ${this.pin(pin)}, the address maps ${this.page(page)}`;
  }

  #pins(pins: readonly Pin[]): string {
    if (pins.length === 0) return '';
    return pins.length === 1
      ? this.pin(pins[0])
      : `${pins.length} pins: ${pins
          .slice(0, 4)
          .map(({ id }) => id)
          .join(', ')}${pins.length > 4 ? ', ...' : ''}`;
  }

  #call({ api, kind, longterm, write, nr, ret, address }: PinCall): string {
    return `${api ?? '?'} FOLL_${kind}${write ? '|FOLL_WRITE' : ''}${longterm ? '|FOLL_LONGTERM' : ''} ${address === undefined ? '?' : hex(address)} nr ${nr ?? '?'} ret ${ret ?? '?'}`;
  }

  #io({ bio, dir, bytes, pins }: Io): string {
    return `bio ${bio} ${dir ?? '?'} ${bytes} bytes  ${this.#pins(pins)}`;
  }
}
