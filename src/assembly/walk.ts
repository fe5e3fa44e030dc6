// Parses a line with a known layout in one pass: the known parts must be equal byte for byte, and each value between
// them is parsed once and written into the record for the replay and into the cell of the store's page. A line that
// differs in any way is left to JavaScript.
//
//                 scn-133     [001] d...     9.044846: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x40d9d0
//     |comm 16 bytes|pid 8   |cpu |     |sec |us      |name  |site                        | text |value           | text |value
//      equal to the task      3    any   equal 6 or 9  equal  equal to one of the name's    equal                   equal
import { beginCell, beginRecord as beginCellRecord, endCell, putCommon, putInteger, putText } from './cell';
import { contextAt, cpuAt, microsecondsAt, nanosecondsAt, pointBehind, timeWith } from './columns';
import {
  ARGUMENT_BYTES,
  Argument,
  NAME_BYTES,
  Name,
  SITE_BYTES,
  Site,
  SHAPE_ARGUMENTS,
  Shape,
  Task,
  Type,
  nameIn,
  nameSlot,
  taskOf,
} from './known';
import {
  COMMON_COLUMNS,
  COMM_COLUMNS,
  FORM_BARE,
  FORM_NONE,
  FORM_TEXT,
  LINE_TIME_AT,
  OTHER_COLUMNS,
  OTHER_EVENT,
  PAGE_FULL,
  TARGET_END,
  TARGET_NONE,
  TARGET_SYMBOL,
} from './layout';
import { LINE, OFFSET, SYM, beginRecord, putValue } from './record';
import {
  BRACKET,
  COLON,
  DASH,
  LESS,
  OPEN,
  QUOTE,
  SPACE,
  TAB,
  UNDERSCORE,
  bytesThatAre,
  contains,
  decimalDigits,
  decimalValue,
  hasHexPrefix,
  hexDigits,
  hexValue,
  sameBytes,
  wordEnd,
} from './text';

/** Minimum length of a line with an event: name, pid, CPU, time. */
const SHORTEST: usize = 45;

/** Arguments that are only counted are not looked at. Those of sched_switch have 125 bytes. */
const MOST_COUNTED: usize = 140;

/** Result: the line has another shape. */
const OTHER_SHAPE: usize = 0;

/**
 * Parse the line `[start, end)` in the memory into the record at `row`, and write its cell if its type has a table.
 * @param base offset in the file of the first byte in the memory
 * @param idBase number added to an offset to get the id in a store
 * @returns the number of its shape, with PAGE_FULL if its cell does not fit; otherwise the reason why it is unknown
 */
export function readLine(start: usize, end: usize, row: usize, base: f64, idBase: f64, line: f64): i32 {
  if (end - start < SHORTEST || load<u8>(start, COMM_COLUMNS) != DASH) return OTHER_COLUMNS;
  // trailing spaces are removed elsewhere
  if (load<u8>(end - 1) <= SPACE) return OTHER_COLUMNS;
  const task = taskOf(start);
  if (v128.any_true(v128.xor(v128.load(start), v128.load(changetype<usize>(task))))) return OTHER_COLUMNS;
  if (load<u64>(start, COMM_COLUMNS + 1) != task.pidText || !task.bracket) return OTHER_COLUMNS;
  const bracket = start + task.bracket;
  if (load<u8>(bracket) != BRACKET) return OTHER_COLUMNS;
  // flags as a number, `[001]-0x9`, as trace-cmd report -l and -R print them
  if (load<u8>(bracket, 5) == DASH) return OTHER_COLUMNS;
  const cpu = cpuAt(bracket);
  let at = pointBehind(bracket);
  if (cpu < 0 || !at || at + 11 >= end) return OTHER_COLUMNS;
  let fraction = microsecondsAt(at);
  if (fraction < 0) return OTHER_COLUMNS;
  at += 6;
  if (load<u8>(at) != COLON) {
    const more = nanosecondsAt(at);
    at += 3;
    if (more < 0 || load<u8>(at) != COLON) return OTHER_COLUMNS;
    fraction += more;
  }
  const ts = timeWith(fraction);

  if (load<u8>(at, 1) != SPACE) return OTHER_EVENT;
  at += 2;
  const name = nameAt(at) || returnAt(at, end);
  if (!name) return OTHER_EVENT;
  // after the colon and its spaces; the last byte of the line is not a space
  const call = changetype<Name>(name).call;
  const behind = at + changetype<Name>(name).length + 2;
  if (load<u8>(behind - 1) != SPACE) return OTHER_EVENT;
  if (call) at += call;
  else {
    at = behind;
    while (load<u8>(at) == SPACE) at++;
  }
  let type = changetype<Name>(name).plain;
  let site: usize = 0;
  const first = load<u8>(at);
  if (first == OPEN) {
    site = changetype<Name>(name).site;
    while (site && !isSite(site, at, end)) site = changetype<Site>(site).next;
    if (!site) return OTHER_EVENT;
    type = changetype<Site>(site).type;
    at += changetype<Site>(site).length;
  } else if (first == UNDERSCORE) return OTHER_EVENT;
  if (!type) return OTHER_EVENT;
  store<f64>(LINE_TIME_AT, ts);
  const what = changetype<Type>(type);
  // what ends in ` <-caller` is an entry of the function tracer; so long a line may have another event in it
  if (what.counted >= 0)
    return end - at > MOST_COUNTED || (call && contains(LESS, at, end)) ? OTHER_EVENT : what.counted;
  const table = what.table;
  if (table && !task.id) return OTHER_COLUMNS;
  if (what.kept) {
    beginRecord(row, what.kind, what.fn, cpu, task.pid, task.tgid, ts, contextAt(bracket));
    store<f64>(row, base + <f64>start, OFFSET);
    store<f64>(row, line, LINE);
    store<f64>(row, site ? changetype<Site>(site).caller : NaN, SYM);
  }
  const id = idBase + base + <f64>start;
  for (let shape = what.shape; shape; shape = changetype<Shape>(shape).next) {
    if (changetype<Shape>(shape).placed != (site != 0)) continue;
    if (what.kept && !changetype<Shape>(shape).forRecords) continue;
    let full = 0;
    if (!table) {
      if (!walk(shape, at, end, row, 0, 0, true, false)) continue;
    } else if (what.kept) full = writeShape(shape, at, end, row, table, site, line, ts, cpu, task.id, id, true);
    else full = writeShape(shape, at, end, row, table, site, line, ts, cpu, task.id, id, false);
    if (full >= 0) return changetype<Shape>(shape).number | full;
  }
  return OTHER_EVENT;
}

/** Maximum hexadecimal digits of a 64-bit number. */
const MOST_TIME: f64 = 4611686018427387904;

/**
 * Write the cell of an event parsed in JavaScript, with the arguments `[args, end)`.
 * @returns as {@link readLine}
 */
export function writeCell(type: usize, args: usize, end: usize, line: f64, ts: f64, cpu: i32, task: i32, id: f64): i32 {
  if (Math.abs(ts) >= MOST_TIME) return OTHER_EVENT;
  let site = changetype<Type>(type).site;
  if (load<u8>(args) == OPEN) while (site && !isSite(site, args, end)) site = changetype<Site>(site).nextOfType;
  else site = 0;
  const at = site ? args + changetype<Site>(site).length : args;
  const table = changetype<Type>(type).table;
  for (let shape = changetype<Type>(type).shape; shape; shape = changetype<Shape>(shape).next) {
    if (changetype<Shape>(shape).placed != (site != 0)) continue;
    const full = writeShape(shape, at, end, 0, table, site, line, ts, cpu, task, id, false);
    if (full >= 0) return changetype<Shape>(shape).number | full;
  }
  return OTHER_EVENT;
}

// @ts-ignore: decorator
@inline
function isSite(site: usize, at: usize, end: usize): bool {
  const length = changetype<Site>(site).length;
  const behind = at + length;
  // the parenthesis may close within a word
  return sameBytes(at, site + SITE_BYTES, length) && (behind == end || load<u8>(behind) == SPACE || load<u8>(behind) == TAB);
}

/** ` -> `, loaded as four bytes */
const ARROW = 0x203e2d20;

/** The name `sys_pread64 -` of a line `sys_pread64 -> 0x8`; 0: it is unknown, or the line another. */
function returnAt(at: usize, end: usize): usize {
  const spaces = bytesThatAre(SPACE, at) | (bytesThatAre(SPACE, at, 16) << 16);
  if (!spaces) return 0;
  const n = ctz(spaces);
  if (n < 3 || load<i32>(at + n) != ARROW || !hasHexPrefix(at + n + 4)) return 0;
  const digits = hexDigits(v128.load(at + n, 6));
  return digits && at + n + 6 + digits == end ? nameOf(at, n + 2) : 0;
}

/** The name that ends at the first colon after `at`; 0: unknown. */
// @ts-ignore: decorator
@inline
function nameAt(at: usize): usize {
  let n = ctz(bytesThatAre(COLON, at) | (1 << 16));
  if (n == 16) {
    const colons = bytesThatAre(COLON, at, 16);
    if (!colons) return 0;
    n += ctz(colons);
  }
  return n < 3 ? 0 : nameOf(at, n);
}

/** The name of `n` bytes at `at`; 0: unknown. */
// @ts-ignore: decorator
@inline
function nameOf(at: usize, n: i32): usize {
  let slot = nameSlot(at, n);
  let name = nameIn(slot);
  while (name) {
    if (changetype<Name>(name).length == n && sameBytes(at, name + NAME_BYTES, n)) break;
    name = nameIn(++slot);
  }
  return name;
}

/** Write the cell of a line and, if `toRecord`, its record. Returns 0 or PAGE_FULL; -1: it has another shape. */
// @ts-ignore: decorator
@inline
function writeShape(
  shape: usize,
  from: usize,
  end: usize,
  row: usize,
  table: usize,
  site: usize,
  line: f64,
  ts: f64,
  cpu: i32,
  task: i32,
  id: f64,
  toRecord: bool,
): i32 {
  const record = beginCell(table, id);
  const width = changetype<Shape>(shape).width;
  const types = beginCellRecord(record, width);
  const body = putCommon(types, types + COMMON_COLUMNS + width, line, ts, cpu, task, site ? changetype<Site>(site).id : 0);
  const behind = walk(shape, from, end, row, types, body, toRecord, true);
  if (!behind) return -1;
  const full = endCell(table, record, behind, id);
  return full < 0 ? -1 : full ? PAGE_FULL : 0;
}

/**
 * Parse the values between the texts of a shape, each once, and write them to their targets.
 * @param types address of the types of the cell's columns
 * @param body address for its values
 * @returns their end (not 0), or OTHER_SHAPE
 */
// @ts-ignore: decorator
@inline
function walk(
  shape: usize,
  from: usize,
  end: usize,
  row: usize,
  types: usize,
  body: usize,
  toRecord: bool,
  toCell: bool,
): usize {
  let at = from;
  let behind = toCell ? body : 1;
  let next = shape + SHAPE_ARGUMENTS;
  for (let left = changetype<Shape>(shape).arguments; left; left--) {
    const argument = changetype<Argument>(next);
    if (!sameBytes(at, next + ARGUMENT_BYTES, argument.length)) return OTHER_SHAPE;
    at += argument.length;
    if (at > end) return OTHER_SHAPE;
    next += argument.size;
    if (argument.target == TARGET_END) continue;
    let target = toRecord ? argument.target : TARGET_NONE;
    if (target == TARGET_SYMBOL) {
      const symbol = changetype<usize>(argument) + ARGUMENT_BYTES + argument.length;
      const symbolEnd = at + argument.symbolLength;
      if (!sameBytes(at, symbol, argument.symbolLength) || !(symbolEnd == end || load<u8>(symbolEnd) == SPACE))
        return OTHER_SHAPE;
      store<f64>(row + argument.slot, argument.symbol);
      // a cell gets the text
      target = TARGET_NONE;
    }
    const form = toCell ? argument.form : FORM_NONE;
    const isBare = argument.form == FORM_BARE;
    let valueEnd: usize = 0;
    if (toCell && form == FORM_TEXT) {
      const length = putText(at, end, behind, types + argument.column);
      if (length < 0) return OTHER_SHAPE;
      behind += length;
      valueEnd = at + length;
      if (target == TARGET_NONE) {
        at = valueEnd;
        continue;
      }
    } else if (target == TARGET_NONE && form == FORM_NONE && !isBare) {
      if (load<u8>(at) == QUOTE) return OTHER_SHAPE;
      at = wordEnd(at, end);
      continue;
    }
    let value: i64;
    const isHex = hasHexPrefix(at);
    if (isHex || isBare) {
      if (isHex) at += 2;
      const v = v128.load(at);
      const n = hexDigits(v);
      if (!n) return OTHER_SHAPE;
      value = hexValue(v, n);
      at += n;
    } else {
      const isNegative = load<u8>(at) == DASH;
      at += <usize>isNegative;
      const n = decimalDigits(at);
      if (!n) return OTHER_SHAPE;
      value = decimalValue(at, n);
      if (isNegative) value = -value;
      at += n;
    }
    // a value that extends beyond the line has another end as well; behind that of a system call there is more text
    if (at != end && load<u8>(at) != SPACE && !isBare) return OTHER_SHAPE;
    if (toCell && form == FORM_TEXT && at != valueEnd) return OTHER_SHAPE;
    if (toRecord && target != TARGET_NONE && !putValue(row, target, argument.slot, value, isHex || isBare)) return OTHER_SHAPE;
    if (toCell && form != FORM_TEXT) behind += putInteger(value, behind, types + argument.column);
  }
  return at == end ? behind : OTHER_SHAPE;
}
