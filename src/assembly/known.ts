// What was learned of the lines of a trace: tasks, seconds, event names, sites of probes, and what stands between the
// values of an event's arguments. JavaScript (known-lines/knowledge.ts) says what it has understood of a line that stands in
// the memory; here it is kept as bytes to compare. When the memory is full, what is new stays unknown, and its lines are
// read with care each time.
import { COMM_COLUMNS, LEARNED_AT, LEARNED_END, PID_COLUMNS } from './layout';

/** A task by its columns: `         scn-133    `. */
export class Task {
  /** 16 bytes of its name, as printed */
  name: u64 = 0;
  nameRest: u64 = 0;
  pidText: u64 = 0;
  pid: i32 = 0;
  /** column of the bracket behind; 0: nobody is here */
  bracket: i32 = 0;
  /** its number in a store; 0: none yet */
  id: i32 = 0;
}

const TASKS: usize = 256;
const TASK_SIZE: usize = 48;
const TASKS_AT: usize = LEARNED_AT;

/** An event's name; its bytes follow, up to 31 and one that is not compared. */
export class Name {
  length: i32 = 0;
  /** type of lines without a probe's site, 0: unknown */
  plain: usize = 0;
  /** the first of its sites, 0: none */
  site: usize = 0;
  sites: i32 = 0;
}

/** Open addressing; the table stays half empty, so that looking for a name that is not there ends soon. */
const NAMES: u32 = 1024;
const NAMES_AT: usize = TASKS_AT + TASKS * TASK_SIZE;
export const NAME_BYTES: usize = 16;
const SHORTEST_NAME = 3;
const LONGEST_NAME = 31;
let names: u32 = 0;

/** Where a probe sits, `(handle_mm_fault+0x0/0x1c00)`; its bytes follow. */
export class Site {
  length: i32 = 0;
  type: usize = 0;
  /** the next of the name, and of the type */
  next: usize = 0;
  nextOfType: usize = 0;
  /** its number in a store */
  id: i32 = 0;
  /** whether lines are looked up by the name */
  isNamed: bool = false;
  /** the caller that it names, for the record; NaN: none */
  caller: f64 = 0;
}
export const SITE_BYTES: usize = 32;
const MOST_SITES = 12;

/** What an event is. */
export class Type {
  kind: f64 = 0;
  fn: f64 = 0;
  /** what {@link readLine} returns of its lines where nobody wants their values; -1: somebody does */
  counted: i32 = 0;
  /** whether its events become records */
  kept: bool = false;
  /** the first of its shapes and sites, 0: none */
  shape: usize = 0;
  site: usize = 0;
  sites: i32 = 0;
  /** the leaf where its cells go, 0: none are written */
  table: usize = 0;
}

/** One order of arguments with the same text between them; its arguments follow. */
export class Shape {
  next: usize = 0;
  /** what {@link readLine} returns of its lines */
  number: i32 = 0;
  /** whether a site stands before the arguments */
  placed: bool = false;
  /** whether it says what a record takes of the values */
  forRecords: bool = false;
  arguments: i32 = 0;
  /** columns of the table up to the last that it fills */
  width: i32 = 0;
}
export const SHAPE_ARGUMENTS: usize = 24;

/** What stands before a value, and where the value goes; the bytes of the text follow. */
export class Argument {
  /** bytes to the next argument */
  size: i32 = 0;
  /** of the text before the value: ` mm=`, ` ==> next_comm=` */
  length: i32 = 0;
  /** TARGET_..., and bytes from the record's beginning */
  target: i32 = 0;
  slot: i32 = 0;
  /** FORM_..., and where its type stands among those of the columns */
  form: i32 = 0;
  column: i32 = 0;
}
export const ARGUMENT_BYTES: usize = 24;

const FIRST_FREE: usize = NAMES_AT + <usize>NAMES * 4;
let free: usize = FIRST_FREE;

/** Forget everything: another trace begins. */
export function forget(): void {
  memory.fill(LEARNED_AT, 0, LEARNED_END - LEARNED_AT);
  free = FIRST_FREE;
  names = 0;
}

/** Room for what is learned and for a vector behind it; 0: there is none. */
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

/** Where the task of the line at `start` is, if it is known. */
// @ts-ignore: decorator
@inline
export function taskOf(start: usize): Task {
  const h = hash(load<i32>(start, COMM_COLUMNS + 1), load<i32>(start, COMM_COLUMNS + 5)) >>> 24;
  return changetype<Task>(TASKS_AT + <usize>h * TASK_SIZE);
}

/** @param bracket column of the bracket behind the pid */
export function learnTask(start: usize, bracket: i32, pid: i32, id: i32): void {
  const task = taskOf(start);
  memory.copy(changetype<usize>(task), start, COMM_COLUMNS);
  task.pidText = load<u64>(start, COMM_COLUMNS + 1);
  task.pid = pid;
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

/** The name `[start, end)`, between a blank and a colon, made if need be; 0: it is too long, or there is no room. */
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

/** Returns its address; 0: there is no room. */
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

/** Lines with the name `[nameStart, nameEnd)` and no site are of this type. */
export function learnPlain(type: usize, nameStart: usize, nameEnd: usize): void {
  const name = learnName(nameStart, nameEnd);
  if (name) changetype<Name>(name).plain = type;
}

/**
 * Lines with this name and the site `[start, end)` are of this type. Where names are not to be known, the name is empty.
 * @param caller NaN: the site names none
 * @param id the site's number in a store
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
  // arguments stand right behind it, and each other
  free = at + SHAPE_ARGUMENTS;
  const shape = changetype<Shape>(at);
  shape.number = number;
  shape.placed = placed;
  shape.forRecords = forRecords;
  shape.width = width;
  return at;
}

/** The text before the value stands at `text`. False: there is no room. */
export function learnArgument(shape: usize, text: usize, length: i32, target: i32, slot: i32, form: i32, column: i32): bool {
  const at = room(ARGUMENT_BYTES + length);
  if (!at) return false;
  const argument = changetype<Argument>(at);
  argument.size = <i32>(free - at);
  argument.length = length;
  argument.target = target;
  argument.slot = slot;
  argument.form = form;
  argument.column = column;
  memory.copy(at + ARGUMENT_BYTES, text, length);
  changetype<Shape>(shape).arguments++;
  return true;
}

/** The shape is whole: the type's lines are compared with it, before its others. */
export function keepShape(type: usize, shape: usize): void {
  changetype<Shape>(shape).next = changetype<Type>(type).shape;
  changetype<Type>(type).shape = shape;
}
