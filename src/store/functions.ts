// SQL functions for kernel traces: numbers in the format of dmesg.
import type Database from 'better-sqlite3';

/** Add `hex64(x)`, `pfn(page)` and `pfn(page, trace)` to a connection. */
export function addFunctions(db: Database.Database): void {
  const options = { deterministic: true, safeIntegers: true };
  db.function('hex64', options, hex64);
  // now, since a connection cannot run a query during another
  const bases = pfnBases(db);
  db.function('pfn', { ...options, varargs: true }, (page: unknown, trace: unknown = 0n) => {
    const base = bases.get(trace as bigint);
    return typeof page === 'bigint' && base !== undefined && page >= base ? (page - base) / STRUCT_PAGE : null;
  });
}

/** sizeof(struct page) on x86-64. */
const STRUCT_PAGE = 64n;

/** A 64-bit number in the kernel's notation; other values are unchanged. */
export function hex64(x: unknown): unknown {
  return typeof x === 'bigint' ? `0x${BigInt.asUintN(64, x).toString(16)}` : x;
}

function pfnBases(db: Database.Database): Map<bigint, bigint> {
  const rows = db.prepare('select id, vmemmap from trace where vmemmap is not null').safeIntegers().raw().all();
  return new Map(rows as [bigint, bigint][]);
}
