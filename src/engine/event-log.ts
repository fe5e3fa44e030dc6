// Lists the transitions rules receive, with the state before and after, for rule authors.
import { entryView } from '../api/entry-view.ts';
import { IN_BYTES, listenTo, TRANSITION_NAMES } from '../api/show.ts';
import { showEvent } from '../api/show-event.ts';
import type { TransitionName } from '../api/transitions.ts';
import { Viewer } from '../api/viewer.ts';
import type { At, Entry } from '../api/views.ts';
import type { Model } from '../model/model.ts';
import type { Mm as RawMm, Pin as RawPin } from '../model/state.ts';
import { type Catalogue, OWN_CATALOGUE } from '../vocabulary/catalogue.ts';
import { pointerOf } from '../vocabulary/number.ts';
import { Slot } from '../vocabulary/record.ts';
import { type SpokenOf, SubjectWords } from './subject-words.ts';
import { EntriesBefore } from './watch-entries.ts';

export interface EventFilter {
  /** transitions, or kinds of events (`events.zap` if a transition has the same name); empty: all transitions */
  kinds: readonly string[];
  /** mm_struct pointer: `0xffff88e44106c200` */
  mm?: string | undefined;
  /** any address of the page */
  address?: number | undefined;
  /** thread id */
  pid?: number | undefined;
  lineFrom?: number | undefined;
  lineTo?: number | undefined;
}

export interface EventEntry {
  line: number;
  time: number | undefined;
  cpu: number | undefined;
  pid: number | undefined;
  tgid: number | undefined;
  fn: string | undefined;
  /** transition, or kind of event */
  kind: string;
  /** the other arguments of a handler, in words */
  what: string;
  /** page table entries at the addresses concerned */
  entries: { mm: string; address: string; before: string | undefined; after: string }[];
  pins: number[];
}

/** Names that can be used as filters. */
export const eventNames = ({ kindNames }: Catalogue = OWN_CATALOGUE): readonly string[] => [
  ...TRANSITION_NAMES,
  ...kindNames,
  ...kindNames.map((kind) => `events.${kind}`),
];

/** An address whose page table entry may have changed. */
interface Address {
  mm: RawMm;
  vpn: number;
}

interface Raw {
  mm?: RawMm;
  dst?: RawMm;
  src?: RawMm;
  vpn?: number;
  pin?: RawPin;
  pins?: readonly RawPin[];
  drift?: { pin: RawPin };
}

/** Listen to a model before its first record. */
export function logEvents(model: Model, filter: EventFilter, tell: (entry: EventEntry) => void): void {
  const viewer = new Viewer(model);
  const before = new EntriesBefore(model);
  const words = new SubjectWords(viewer.shown as SpokenOf);
  const wanted = filter.kinds.length === 0 ? TRANSITION_NAMES : filter.kinds;
  const at = (): At => viewer.at(model.at());
  const say = (kind: string, shown: object, raw: Raw, inPages: boolean) => {
    const addresses = addressesOf(raw);
    if (!fits(filter, model, addresses, mmsOf(raw))) return;
    tell({
      ...placeOf(at()),
      kind,
      what: words.of(shown, inPages),
      entries: addresses.map(({ mm, vpn }) => {
        const known = before.of(mm, vpn);
        return {
          mm: viewer.mm(mm).ptr,
          address: `0x${(vpn * model.machine.pageBytes).toString(16)}`,
          before: known && entryWords(known[0], words),
          after: entryWords(mm.entry(vpn), words),
        };
      }),
      pins: pinsOf(raw).map(({ id }) => id),
    });
  };
  for (const asked of wanted) {
    const name = asked.replace(/^events\./, '');
    if (asked === name && (TRANSITION_NAMES as readonly string[]).includes(name)) {
      listenTo(viewer, name as TransitionName, (shown, t) => say(name, shown, t as Raw, !IN_BYTES.has(name)));
      continue;
    }
    const kind = model.catalogue.kind(name);
    if (kind !== undefined) {
      model.tap(kind, (rows, o) => {
        const event = showEvent(kind, rows, o, viewer);
        const mm = model.knownMm(rows[o + Slot.MM]);
        say(`events.${name}`, event.fields as object, { mm, vpn: model.vpn(rows[o + Slot.ADDR]) }, false);
      });
    }
  }
}

const placeOf = ({ line, ts, cpu, pid, tgid, fn }: At) => ({ line, time: ts, cpu, pid, tgid, fn });

const pinsOf = (raw: Raw): readonly RawPin[] => {
  const pin = raw.pin ?? raw.drift?.pin;
  return pin === undefined ? (raw.pins ?? []) : [pin];
};

const mmsOf = ({ mm, src, dst }: Raw): (RawMm | undefined)[] => [mm, src, dst];

/** Maximum number of pins looked up in a range. */
const MOST = 8;

function addressesOf(raw: Raw): Address[] {
  const addresses: Address[] = [];
  const add = (mm: RawMm | undefined, vpn: number) => {
    if (mm !== undefined && !Number.isNaN(vpn) && !addresses.some((p) => p.mm === mm && p.vpn === vpn))
      addresses.push({ mm, vpn });
  };
  const mm = raw.mm ?? raw.src;
  if (mm !== undefined && raw.vpn !== undefined) add(mm, raw.vpn);
  for (const pin of pinsOf(raw).slice(0, MOST)) add(pin.mm, pin.where);
  return addresses;
}

function fits(
  filter: EventFilter,
  model: Model,
  addresses: readonly Address[],
  mms: readonly (RawMm | undefined)[],
): boolean {
  const at = model.at();
  if (filter.lineFrom !== undefined && at.line < filter.lineFrom) return false;
  if (filter.lineTo !== undefined && at.line > filter.lineTo) return false;
  if (filter.pid !== undefined && at.pid !== filter.pid) return false;
  if (filter.address !== undefined) {
    const wanted = model.vpn(filter.address);
    if (!addresses.some(({ vpn }) => vpn === wanted)) return false;
  }
  if (filter.mm === undefined) return true;
  const ptr = pointerOf(BigInt(filter.mm), model.machine.arch?.fromZero);
  return [...addresses.map(({ mm }) => mm), ...mms].some((mm) => mm?.ptr === ptr);
}

function entryWords(entry: number | undefined, words: SubjectWords): string {
  if (entry === undefined) return 'not known';
  const { state, page, shared, file }: Entry = entryView(entry);
  const marks = [shared ? 'shared' : '', file ? 'file' : ''].filter((mark) => mark !== '');
  const of = page === undefined ? '' : ` ${words.page(page)}`;
  return `${state}${of}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
}
