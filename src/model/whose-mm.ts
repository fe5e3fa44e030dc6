// Why: most GUP calls name no address space, since they use that of their task. Which one that is may be known from a fault
// of the task, from its process, or from the page that it grabbed.
import { Kind } from '../vocabulary/kinds.ts';
import type { GupFrame, Task } from './frames.ts';
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';
import { attachTo, setMm } from './runs-in.ts';
import type { Mm } from './state.ts';

/** The address space of a call that names none: where the task runs, unless it only borrows that and the page is another's. */
export function ownMm(m: Model, t: Task, f: GupFrame): Mm | undefined {
  if (t.perhaps !== undefined) {
    // a process of its own, as far as nothing shows that it is a thread of another
    if (!(f.at.tgid > 0) || f.at.tgid === t.pid) return undefined;
    setMm(m, t, t.perhaps.mm);
  }
  const mm = m.mmOf(t) ?? ofProcess(m, t, f);
  if (mm === undefined) return mapper(m, t, f);
  if (!t.borrows || f.grabs.length === 0 || maps(m, mm, m.vpn(f.addr), f.grabs[0].page)) return mm;
  return mapper(m, t, f) ?? mm;
}

/**
 * The address space of the process that the line names, which all its threads share, also those that io_uring creates. If
 * another page is mapped there, this is not the process it was.
 */
function ofProcess(m: Model, t: Task, { at, addr, grabs }: GupFrame): Mm | undefined {
  const leader = at.tgid > 0 && at.tgid !== t.pid ? m.knownTask(at.tgid) : undefined;
  const mm = leader === undefined ? undefined : m.mmOf(leader);
  if (mm === undefined || leader?.borrows === true) return undefined;
  const vpn = m.vpn(addr);
  if (grabs.length > 0 && !Number.isNaN(m.mapped(mm, vpn)) && !maps(m, mm, vpn, grabs[0].page)) return undefined;
  setMm(m, t, mm);
  return mm;
}

/** The address maps the page of a grab. GUP-fast takes a huge leaf by its head, whichever page is asked for (gup_huge_pmd()). */
function maps(m: Model, mm: Mm, vpn: number, page: PageId): boolean {
  const mapped = m.mapped(mm, vpn);
  return mapped === page || (!mm.ptes.has(vpn) && mapped - page === vpn % m.machine.pmdPages);
}

/** Maximum number of address spaces searched for one that maps a page: at once, and per line of the trace on average. */
const MOST_MMS = 4096;
const MMS_PER_LINE = 64;

/**
 * The only address space that maps the first grabbed page there: for a worker thread that never faulted there is no
 * other way to determine its mm. If copies made by fork are not recorded, each of which maps the page too, the task has
 * to have mapped pages there.
 */
function mapper(m: Model, t: Task, f: GupFrame): Mm | undefined {
  const g = f.grabs[0];
  const mm = g === undefined ? undefined : mapperOf(m, f.addr, g.page, f.at.line);
  return mm === t.near || m.recorded(Kind.forkVma) ? mm : undefined;
}

/**
 * The first copy of a page table shows that copies are recorded. Tasks that were created without one are threads, and
 * what a task of which nothing is known has pinned was mapped where it is mapped now.
 */
export function copiesAreRecorded(m: Model): void {
  for (const c of m.tasks.values()) if (c.perhaps?.mm.dead === false) setMm(m, c, c.perhaps.mm);
  for (const [pid, [{ call, where, page }]] of [...m.withoutMm]) {
    const mm = mapperOf(m, where * m.machine.pageBytes, page, call.at.line);
    if (mm !== undefined) attachTo(m, m.task(pid), mm);
  }
}

function mapperOf(m: Model, addr: number, page: PageId, line: number): Mm | undefined {
  if (Number.isNaN(addr)) return undefined;
  // among very many, a unique match could be a coincidence
  const { mmCount } = m;
  if (mmCount > MOST_MMS || m.mmsSearched + mmCount > MOST_MMS + MMS_PER_LINE * line) return undefined;
  m.mmsSearched += mmCount;
  const vpn = m.vpn(addr);
  let found: Mm | undefined;
  for (const mm of m.mms.values()) {
    if (!maps(m, mm, vpn, page)) continue;
    if (found !== undefined) return undefined;
    found = mm;
  }
  return found;
}
