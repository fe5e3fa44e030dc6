// The tables of known lines: tasks, seconds, event names, locations of probes, and the text between the values of an
// event's arguments. JavaScript (known-lines/knowledge.ts) parses a line first and calls the functions below with what
// it has learned; here it is stored as bytes that later lines are compared with. If the memory is full, nothing more is
// learned, and other lines are parsed by JavaScript each time.
import { COMM_COLUMNS, LEARNED_AT, LEARNED_END, PID_COLUMNS } from './layout';

/** A task by its columns: `         scn-133    `. */
export class Task {
  /** 16 bytes of its name, as printed */
  name: u64 = 0;
  nameRest: u64 = 0;
  pidText: u64 = 0;
  pid: i32 = 0;
  /** its process; -1 unknown */
  tgid: i32 = 0;
  /** column of the bracket after it; 0: the entry is free */
  bracket: i32 = 0;
  /** its id in a store; 0: none yet */
  id: i32 = 0;
}

const TASKS: usize = 256;
const TASK_SIZE: usize = 48;
const TASKS_AT: usize = LEARNED_AT;

/** An event's name, followed by its bytes: up to 31, and one that is not compared. */
export class Name {
  length: i32 = 0;
  /** type of lines without the location of a probe; 0: unknown */
  plain: usize = 0;
  /** the first of its locations; 0: none */
  site: usize = 0;
  sites: i32 = 0;
  /** of `sys_madvise(start` and `sys_madvise -`, a system call or its return: the bytes before the text of a shape; 0: it is something else */
  call: i32 = 0;
}

/** Open addressing; the table stays half empty, so that a search for an unknown name ends soon. */
const NAMES: u32 = 1024;
const NAMES_AT: usize = TASKS_AT + TASKS * TASK_SIZE;
export const NAME_BYTES: usize = 20;
const SHORTEST_NAME = 3;
const LONGEST_NAME = 31;
let names: u32 = 0;

/** The location of a probe, `(handle_mm_fault+0x0/0x1c00)`, followed by its bytes. */
export class Site {
  length: i32 = 0;
  type: usize = 0;
  /** the next location of the same name, and of the same type */
  next: usize = 0;
  nextOfType: usize = 0;
  /** its id in a store */
  id: i32 = 0;
  /** whether lines are looked up by the name */
  isNamed: bool = false;
  /** symbol number of the caller in it, for the record; NaN: none */
  caller: f64 = 0;
}
export const SITE_BYTES: usize = 32;
const MOST_SITES = 12;

/** A type of event. */
export class Type {
  kind: f64 = 0;
  fn: f64 = 0;
  /** result of {@link readLine} for its lines if their values are not needed; -1: they are */
  counted: i32 = 0;
  /** whether its events become records */
  kept: bool = false;
  /** its first shape and its first location; 0: none */
  shape: usize = 0;
  site: usize = 0;
  sites: i32 = 0;
  /** the table page that its cells are written to; 0: none are written */
  table: usize = 0;
}

/** A shape: one order of arguments with the same text between them. Followed by its arguments. */
export class Shape {
  next: usize = 0;
  /** result of {@link readLine} for its lines */
  number: i32 = 0;
  /** whether there is a location before the arguments */
  placed: bool = false;
  /** whether it is known which values go into a record */
  forRecords: bool = false;
  arguments: i32 = 0;
  /** columns of the table up to the last that it fills */
  width: i32 = 0;
}
export const SHAPE_ARGUMENTS: usize = 24;

/** An argument: the text before its value, and the target of the value. Followed by the bytes of the text, and of a symbol. */
export class Argument {
  /** bytes to the next argument */
  size: i32 = 0;
  /** length of the text before the value: ` mm=`, ` ==> next_comm=` */
  length: i32 = 0;
  /** TARGET_..., and the offset in bytes from the beginning of the record */
  target: i32 = 0;
  slot: i32 = 0;
  /** FORM_..., and the position of its type among those of the columns */
  form: i32 = 0;
  column: i32 = 0;
  /** of TARGET_SYMBOL: the length of the symbol, and its number */
  symbolLength: i32 = 0;
  symbol: f64 = 0;
}
export const ARGUMENT_BYTES: usize = 40;

const FIRST_FREE: usize = NAMES_AT + <usize>NAMES * 4;
let free: usize = FIRST_FREE;

/** Clear all tables at the beginning of another trace. */
export function forget(): void {
  memory.fill(LEARNED_AT, 0, LEARNED_END - LEARNED_AT);
  free = FIRST_FREE;
  names = 0;
}

/** Allocate space in the tables, with space for a vector after it; 0: the memory is full. */
function room(bytes: usize): usize {
  const at = free;
  const behind = at + ((bytes + 31) & ~15);
  if (behind > <usize>LEARNED_END) return 0;
  free = behind;
  return at;
}

// @ts-ignore: decorator
@inline
function hash(a: i32, b: i32): u32 {
  return <u32>((a ^ (b * 0x85ebca6b)) * 0x9e3779b1);
}

/** The entry in which the task of the line at `start` is stored, if it is known. */
// @ts-ignore: decorator
@inline
export function taskOf(start: usize): Task {
  const h = hash(load<i32>(start, COMM_COLUMNS + 1), load<i32>(start, COMM_COLUMNS + 5)) >>> 24;
  return changetype<Task>(TASKS_AT + <usize>h * TASK_SIZE);
}

/** @param bracket column of the bracket after the pid */
export function learnTask(start: usize, bracket: i32, pid: i32, tgid: i32, id: i32): void {
  const task = taskOf(start);
  memory.copy(changetype<usize>(task), start, COMM_COLUMNS);
  task.pidText = load<u64>(start, COMM_COLUMNS + 1);
  task.pid = pid;
  task.tgid = tgid;
  task.bracket = bracket;
  task.id = id;
}

/** The name of `n` bytes at `at`; 0: unknown. */
// @ts-ignore: decorator
@inline
export function nameSlot(at: usize, n: i32): u32 {
  return hash(load<i32>(at) ^ n, load<i32>(at + n - 4)) >>> 22;
}

// @ts-ignore: decorator
@inline
export function nameIn(slot: u32): usize {
  return load<i32>(NAMES_AT + (slot & (NAMES - 1)) * 4);
}

/**
 * The entry of the name `[start, end)`, which is between a space and a colon; made if missing. 0: too long, or the
 * memory is full.
 */
function learnName(start: usize, end: usize): usize {
  const n = <i32>(end - start);
  if (n < SHORTEST_NAME || n > LONGEST_NAME || <u32>names * 2 >= NAMES) return 0;
  let slot = nameSlot(start, n);
  for (; nameIn(slot); slot++) {
    const known = nameIn(slot);
    if (changetype<Name>(known).length == n && memory.compare(known + NAME_BYTES, start, n) == 0) return known;
  }
  const at = room(NAME_BYTES + LONGEST_NAME);
  if (!at) return 0;
  changetype<Name>(at).length = n;
  memory.copy(at + NAME_BYTES, start, n);
  store<i32>(NAMES_AT + (slot & (NAMES - 1)) * 4, <i32>at);
  names++;
  return at;
}

/** @returns its address; 0: the memory is full */
export function learnType(kind: f64, fn: f64, kept: bool, counted: i32, table: usize): usize {
  const at = room(offsetof<Type>());
  if (!at) return 0;
  const type = changetype<Type>(at);
  type.kind = kind;
  type.fn = fn;
  type.kept = kept;
  type.counted = counted;
  type.table = table;
  return at;
}

/**
 * Lines with the name `[nameStart, nameEnd)` and no location have this type. With the name of a system call, so do
 * `sys_madvise(start: ` and `sys_madvise -> 0x`: what is before the colon, or up to the dash, is the name.
 * @param call bytes before the first argument of a system call, or before `> 0x`; 0: it is none
 */
export function learnPlain(type: usize, nameStart: usize, nameEnd: usize, call: i32): void {
  const name = learnName(nameStart, nameEnd);
  if (!name) return;
  changetype<Name>(name).plain = type;
  changetype<Name>(name).call = call;
}

/**
 * Lines with this name and the location `[start, end)` have this type. The name is empty if names are not compared.
 * @param caller NaN: the location contains none
 * @param id of the location in a store
 */
export function learnSite(type: usize, nameStart: usize, nameEnd: usize, start: usize, end: usize, caller: f64, id: i32): void {
  const name = nameEnd > nameStart ? learnName(nameStart, nameEnd) : 0;
  const length = <i32>(end - start);
  if (name && changetype<Name>(name).sites >= MOST_SITES) return;
  const at = siteOfType(type, start, length) || addSite(type, start, length, id);
  if (!at || !name) return;
  const site = changetype<Site>(at);
  if (site.isNamed) return;
  site.isNamed = true;
  site.caller = caller;
  site.next = changetype<Name>(name).site;
  changetype<Name>(name).site = at;
  changetype<Name>(name).sites++;
}

function siteOfType(type: usize, start: usize, length: i32): usize {
  let at = changetype<Type>(type).site;
  while (at && (changetype<Site>(at).length != length || memory.compare(at + SITE_BYTES, start, length) != 0))
    at = changetype<Site>(at).nextOfType;
  return at;
}

function addSite(type: usize, start: usize, length: i32, id: i32): usize {
  const what = changetype<Type>(type);
  const at = what.sites < MOST_SITES ? room(SITE_BYTES + length) : 0;
  if (!at) return 0;
  const site = changetype<Site>(at);
  site.length = length;
  site.type = type;
  site.id = id;
  site.nextOfType = what.site;
  memory.copy(at + SITE_BYTES, start, length);
  what.site = at;
  what.sites++;
  return at;
}

/** Begin a shape of a type; {@link learnArgument} follows for each of its arguments, and {@link keepShape}. */
export function learnShape(number: i32, placed: bool, forRecords: bool, width: i32): usize {
  const at = room(SHAPE_ARGUMENTS);
  if (!at) return 0;
  // its arguments follow it without gaps
  free = at + SHAPE_ARGUMENTS;
  const shape = changetype<Shape>(at);
  shape.number = number;
  shape.placed = placed;
  shape.forRecords = forRecords;
  shape.width = width;
  return at;
}

/**
 * @param text address of the text before the value, and of the symbol behind it
 * @returns false if the memory is full
 */
export function learnArgument(
  shape: usize,
  text: usize,
  length: i32,
  target: i32,
  slot: i32,
  form: i32,
  column: i32,
  symbolLength: i32,
  symbol: f64,
): bool {
  const at = room(ARGUMENT_BYTES + length + symbolLength);
  if (!at) return false;
  const argument = changetype<Argument>(at);
  argument.size = <i32>(free - at);
  argument.length = length;
  argument.target = target;
  argument.slot = slot;
  argument.form = form;
  argument.column = column;
  argument.symbolLength = symbolLength;
  argument.symbol = symbol;
  memory.copy(at + ARGUMENT_BYTES, text, length + symbolLength);
  changetype<Shape>(shape).arguments++;
  return true;
}

/** The shape is complete: lines of the type are compared with it first. */
export function keepShape(type: usize, shape: usize): void {
  changetype<Shape>(shape).next = changetype<Type>(type).shape;
  changetype<Type>(type).shape = shape;
}
