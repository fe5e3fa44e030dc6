// What the model's numbers are called: pages, tasks, flags and steps in the kernel's words, for one trace.
import type { Evidence, Origin } from '../../contract/finding.ts';
import type { At } from '../../model/at.ts';
import type { Model } from '../../model/model.ts';
import type { PageId } from '../../model/page-table.ts';
import type { Mm, Pin, Step } from '../../model/state.ts';
import type { Era } from '../../vocabulary/era.ts';
import { follNames } from '../../vocabulary/kernel/foll.ts';
import { hex } from '../../vocabulary/number.ts';
import type { EvidenceLine } from './evidence.ts';

export const isAt = (v: unknown): v is At => typeof v === 'object' && v !== null && 'offset' in v;
export const isMm = (v: unknown): v is Mm => typeof v === 'object' && v !== null && 'ptes' in v;

/** NaN, and -1 where it stands for a task or CPU that the line does not show, become undefined. */
export const knownNumber = (n: number | undefined): number | undefined =>
  n === undefined || Number.isNaN(n) || n === -1 ? undefined : n;

export class Words {
  readonly model: Model;
  readonly era: Era | undefined;
  readonly timeUnit: string;
  /** of a line of a merged trace */
  readonly origin: ((line: number) => Origin | undefined) | undefined;
  readonly #symbols: readonly string[];
  readonly #lines: ReadonlyMap<number, EvidenceLine>;
  /** names of flags, of which there are few sets */
  readonly #flags = new Map<string, string[]>();

  constructor(
    model: Model,
    era: Era | undefined,
    symbols: readonly string[],
    lines: ReadonlyMap<number, EvidenceLine>,
    timeUnit: string,
    origin?: (line: number) => Origin | undefined,
  ) {
    this.origin = origin;
    this.model = model;
    this.era = era;
    this.timeUnit = timeUnit;
    this.#symbols = symbols;
    this.#lines = lines;
  }

  line(at: At): EvidenceLine | undefined {
    return this.#lines.get(at.offset);
  }

  fn(index: number): string | undefined {
    return this.model.catalogue.fnNameIn(index, this.era?.name);
  }

  symbol(index: number): string | undefined {
    return index >= 0 ? this.#symbols[index] : undefined;
  }

  pfn(page: PageId): string | undefined {
    const pfn = this.model.pfn(page);
    return pfn === undefined ? undefined : hex(pfn);
  }

  /** Address of a virtual page. */
  address(vpn: number): string {
    return hex(vpn * this.model.machine.pageBytes);
  }

  pagePointer(page: PageId): string | undefined {
    return Number.isNaN(page) ? undefined : hex(this.model.pointer(page));
  }

  page(page: PageId): string {
    if (Number.isNaN(page)) return 'another page';
    const pfn = this.pfn(page);
    return pfn === undefined ? `page ${hex(this.model.pointer(page))}` : `pfn ${pfn}`;
  }

  /** What evidence says of where it is from. */
  seenAt(at: At, line = this.line(at)): Pick<Evidence, 'line' | 'offset' | 'time' | 'cpu' | 'pid' | 'task' | 'fn'> {
    return {
      line: at.line,
      offset: at.offset,
      time: knownNumber(at.ts),
      cpu: knownNumber(at.cpu),
      pid: knownNumber(at.pid),
      task: at.pid >= 0 ? `${line?.comm || '?'}-${at.pid}` : undefined,
      fn: this.fn(at.fn),
    };
  }

  task(at: At): string {
    return `${this.line(at)?.comm || '?'}[${at.pid >= 0 ? at.pid : '?'}]`;
  }

  /** Process of a place. */
  tgid(at: At): number | undefined {
    return knownNumber(at.tgid);
  }

  /** FOLL_ names of a pin; while the era is undecided only those that both layouts share. */
  flags(pin: Pin): string[] {
    const { flags, kind, write, longterm } = pin.call;
    const key = `${flags} ${kind} ${write} ${longterm}`;
    let names = this.#flags.get(key);
    if (names === undefined) {
      names = this.#namesOf(pin.call);
      this.#flags.set(key, names);
    }
    return names;
  }

  #namesOf({ flags, kind, write, longterm }: Pin['call']): string[] {
    if (Number.isNaN(flags)) return [];
    if (this.era === undefined) {
      return [`FOLL_${kind}`, ...(write ? ['FOLL_WRITE'] : []), ...(longterm ? ['FOLL_LONGTERM'] : [])];
    }
    const { foll } = this.era;
    return follNames(flags | foll[`FOLL_${kind}`], foll);
  }

  /** What the swap entry said: its type by the era's numbers, and the exclusive mark where that era has one. */
  #swapEntry({ entry }: Step): string {
    const { pte } = this.model.machine.arch ?? {};
    if (entry === undefined || this.era === undefined) return '';
    const said = pte?.swpEntry?.(entry.hi, entry.lo);
    const special = said === undefined ? undefined : this.era.swapTypes[said.type];
    if (special !== undefined) return ` from a ${special} entry`;
    const isMarked = this.era.promises.writeGetCoherent ? pte?.swpMark(entry.hi, entry.lo) : undefined;
    const mark = isMarked === undefined ? '' : isMarked ? ', exclusive' : ', not exclusive';
    return said === undefined
      ? mark.replace(', ', ' from a swap entry, ')
      : ` from swap type ${said.type} offset ${hex(said.offset)}${mark}`;
  }

  /** What happened in a step, one phrase. */
  what(step: Step, pin: Pin | undefined): string {
    const own = this.page(pin?.page ?? Number.NaN);
    const page = step.page === undefined ? own : this.page(step.page);
    switch (step.role) {
      case 'pin':
        return pin === undefined ? page : `${page}  ${this.flags(pin).join('|')}`;
      case 'grab':
        return `reference on ${page}`;
      case 'map':
        return `${page} mapped`;
      case 'observed':
        return `${page} is mapped`;
      case 'unmap':
        return `PTE -> swap entry of ${page}`;
      case 'swap-in':
        return `${page} mapped ${step.exclusive === true ? 'exclusive' : 'read-only'}${this.#swapEntry(step)}`;
      case 'fork':
        return `${own} shared with the child${step.child === undefined ? '' : `, mm ${hex(step.child.ptr)}`}`;
      case 'early copy':
        return `the child gets a copy, ${page}`;
      case 'wrprotect':
        return `read-only by ${step.wrprotect ?? 'protection'}`;
      case 'zap':
        return `${own} unmapped`;
      case 'move':
        return 'mapping moved';
      case 'move away':
        return `${page} moved to another address`;
      case 'wp fault':
        return step.unshare === true ? `fault that unshares ${page}` : `write fault on ${page}`;
      case 'copy':
      case 'unshare':
        return `${own} -> ${page}`;
      case 'reuse':
        return `${page} made writable again`;
      case 'i/o submit':
      case 'i/o end':
        return `${step.io?.dir ?? 'I/O'} ${step.io?.bytes ?? '?'} bytes ${step.io?.dir === 'WRITE' ? 'from' : 'into'} ${step.io?.vague === true ? 'some page of the buffer' : own}`;
      case 'release':
        return `${own} released`;
      case 'device-exclusive':
        return `PTE -> device-exclusive entry of ${page}`;
      case 'restore':
        return `${page} present again`;
      case 'split':
        return 'PMD split into PTEs, same pages';
      case 'migrate':
      case 'ksm merge':
      case 'collapse':
      case 'pipe':
        return page;
    }
  }
}
