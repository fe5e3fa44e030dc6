// The fast lane itself: one WebAssembly function that reads one line of ftrace or trace-cmd into one record, sixteen
// bytes at a time. It knows nothing of its own: task, seconds, event name, probe location and argument keys must stand
// in the line as lane.ts has written them into the tables of layout.ts. Wherever a line differs it gives up, and the line
// is read the ordinary way. In words:
//
//                 scn-133     [001] d...     9.044846: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x40d9d0
//     |comm 16 bytes|pid 8   |cpu |     |sec |us      |name  |location                     | key |hex              | key  |hex
//      equal to the entry     3    any   equal 6 or 9  equal  equal to one of the name's    equal value             equal value

import {
  type Code,
  either,
  F64,
  Func,
  f64,
  f64x2,
  I32,
  I64,
  i8x16,
  i16x8,
  i32,
  i64,
  i64x2,
  leave,
  Program,
  repeat,
  V128,
  v128,
  when,
} from '../../util/wasm.ts';
import { Slot, STRIDE } from '../../vocabulary/record.ts';
import {
  Columns,
  KeyAt,
  MASKS,
  Name,
  Names,
  PlaceAt,
  RECORDS,
  Tasks,
  TemplateAt,
  TypeAt,
  ValueType,
} from './layout.ts';

/** Columns of a task's name, then a dash. */
const COMM = 16;

/** No event has a shorter line: name, pid, CPU, time. */
const SHORTEST = 45;

/** Decimal numbers have at most so many digits here. */
const DECIMAL_DIGITS = 9;

/** @param records how many fit behind the tables */
export const bytesFor = (records: number): number => RECORDS + records * STRIDE * 8 + 64;

const char = (c: string): Code => i32.const(c.charCodeAt(0));
const each = (n: number): Code => i8x16.splat(i32.const(n));
/** The columns before the event's name are not as they were: another task, another second. */
export const OTHER_COLUMNS = -1;
/** The columns are known, the event or its arguments are not. */
export const OTHER_EVENT = -2;

const not = (a: Code): Code => i32.eqz(a);
const slot = (n: number): number => n * 8;

/** Not 0 when one of the four bytes, each the difference to '0', is no decimal digit; `bytes` says which count. */
const noDigits = (d: Code, bytes: number): Code =>
  i32.or(
    i32.and(d, i32.const(0xf0f0f0f0 & bytes)),
    i32.and(i32.add(d, i32.const(0x06060606 & bytes)), i32.const(0xf0f0f0f0 & bytes)),
  );

/** `run(start, end, row, base, line)`: read the line `[start, end)` into the record at `row`; returns its type, or why not. */
export const kernel = new Program(() => {
  const f = new Func();
  const start = f.param(I32);
  const end = f.param(I32);
  const row = f.param(I32);
  /** offset of the window in the file */
  const base = f.param(F64);
  const line = f.param(F64);

  const task = f.local(I32);
  const at = f.local(I32);
  const word = f.local(I32);
  const cpu = f.local(I32);
  const context = f.local(I32);
  const n = f.local(I32);
  const i = f.local(I32);
  const name = f.local(I32);
  const type = f.local(I32);
  const place = f.local(I32);
  const key = f.local(I32);
  const keys = f.local(I32);
  const differs = f.local(I32);
  const negative = f.local(I32);
  const value64 = f.local(I64);
  const value = f.local(F64);
  const ts = f.local(F64);
  const symbol = f.local(F64);
  const v = f.local(V128);
  const digit = f.local(V128);
  const letter = f.local(V128);
  const isDigit = f.local(V128);

  let giveUp = leave(i32.const(OTHER_COLUMNS));

  const byte = (a: Code, offset = 0) => i32.load8(a, offset);
  const plus = (a: Code, b: number | Code) => i32.add(a, typeof b === 'number' ? i32.const(b) : b);
  const hash = (a: Code, b: Code) => i32.mul(i32.xor(a, i32.mul(b, i32.const(0x85ebca6b))), i32.const(0x9e3779b1));
  const unequal = (a: Code, b: Code, mask: Code) => v128.anyTrue(v128.and(v128.xor(a, b), mask));
  const columns = i32.const(Columns.at);
  const nan = f64.load(columns, Columns.nothing);
  const put = (s: number, x: Code) => f64.store(row.get, x, slot(s));
  const number = i32.load(type.get, TypeAt.number);

  const readTask: Code[] = [
    when(i32.ltU(i32.sub(end.get, start.get), i32.const(SHORTEST)), giveUp),
    // trailing blanks are cut elsewhere
    when(i32.ltU(byte(plus(end.get, -1)), i32.const(33)), giveUp),
    when(i32.ne(byte(start.get, COMM), char('-')), giveUp),
    task.set(
      plus(
        i32.shl(
          i32.shrU(hash(i32.load(start.get, COMM + 1), i32.load(start.get, COMM + 5)), i32.const(24)),
          i32.const(5),
        ),
        Tasks.at,
      ),
    ),
    when(v128.anyTrue(v128.xor(v128.load(start.get), v128.load(task.get, Tasks.name))), giveUp),
    when(i64.ne(i64.load(start.get, COMM + 1), i64.load(task.get, Tasks.pidText)), giveUp),
    at.set(i32.load(task.get, Tasks.bracket)),
    when(not(at.get), giveUp),
    at.set(plus(start.get, at.get)),
  ];

  const readCpu: Code[] = [
    when(i32.ne(byte(at.get), char('[')), giveUp),
    // `001]`
    word.set(i32.xor(i32.load(at.get, 1), i32.const(0x5d303030))),
    when(i32.or(i32.shrU(word.get, i32.const(24)), noDigits(word.get, 0x00ffffff)), giveUp),
    cpu.set(
      plus(
        plus(
          i32.mul(i32.and(word.get, i32.const(15)), i32.const(100)),
          i32.mul(i32.and(i32.shrU(word.get, i32.const(8)), i32.const(15)), i32.const(10)),
        ),
        i32.shrU(word.get, i32.const(16)),
      ),
    ),
  ];

  const digitAt = (offset: number) => i32.sub(byte(at.get, offset), char('0'));
  const isNoDigit = (offset: number) => i32.gtU(digitAt(offset), i32.const(9));
  const readTime: Code[] = [
    when(
      i32.ne(
        i32.and(i8x16.bitmask(i8x16.eq(v128.load(at.get, 5), each(32))), i32.load(columns, Columns.gap)),
        i32.load(columns, Columns.blanks),
      ),
      giveUp,
    ),
    when(i32.ltU(i32.sub(byte(plus(at.get, i32.load(columns, Columns.flags))), char('0')), i32.const(10)), giveUp),
    word.set(byte(plus(at.get, i32.load(columns, Columns.context)))),
    // `.` the task, `s` a softirq, else a hardirq
    context.set(i32.ne(word.get, char('.'))),
    context.set(plus(context.get, i32.and(context.get, i32.ne(word.get, char('s'))))),
    at.set(plus(at.get, i32.load(columns, Columns.point))),
    when(not(i32.ltU(plus(at.get, 12), end.get)), giveUp),
    when(i32.ne(byte(at.get), char('.')), giveUp),
    when(
      i64.ne(
        i64.and(
          i64.xor(i64.load(plus(at.get, -8)), i64.load(columns, Columns.seconds)),
          i64.load(columns, Columns.secondsMask),
        ),
        i64.const(0n),
      ),
      giveUp,
    ),
    word.set(i32.xor(i32.load(at.get, 1), i32.const(0x30303030))),
    when(i32.or(noDigits(word.get, 0xffffffff), i32.or(isNoDigit(5), isNoDigit(6))), giveUp),
    // two digits in the lowest byte, two in the third
    word.set(plus(i32.mul(word.get, i32.const(10)), i32.shrU(word.get, i32.const(8)))),
    word.set(
      plus(
        i32.mul(i32.and(word.get, i32.const(255)), i32.const(100)),
        i32.and(i32.shrU(word.get, i32.const(16)), i32.const(255)),
      ),
    ),
    word.set(
      i32.mul(
        plus(i32.mul(word.get, i32.const(100)), plus(i32.mul(digitAt(5), i32.const(10)), digitAt(6))),
        i32.const(1000),
      ),
    ),
    either(
      i32.eq(byte(at.get, 7), char(':')),
      [at.set(plus(at.get, 8))],
      [
        when(
          i32.or(i32.ne(byte(at.get, 10), char(':')), i32.or(isNoDigit(7), i32.or(isNoDigit(8), isNoDigit(9)))),
          giveUp,
        ),
        word.set(
          plus(
            word.get,
            plus(i32.mul(digitAt(7), i32.const(100)), plus(i32.mul(digitAt(8), i32.const(10)), digitAt(9))),
          ),
        ),
        at.set(plus(at.get, 11)),
      ],
    ),
    ts.set(f64.add(f64.load(columns, Columns.secondsNs), f64.ofI32(word.get))),
  ];

  giveUp = leave(i32.const(OTHER_EVENT));
  const readName: Code[] = [
    when(i32.ne(byte(at.get), char(' ')), giveUp),
    at.set(plus(at.get, 1)),
    word.set(i8x16.bitmask(i8x16.eq(v128.load(at.get), each(58)))),
    either(
      word.get,
      [n.set(i32.ctz(word.get))],
      [
        word.set(i8x16.bitmask(i8x16.eq(v128.load(at.get, 16), each(58)))),
        when(not(word.get), giveUp),
        n.set(plus(i32.ctz(word.get), 16)),
      ],
    ),
    when(i32.ltU(n.get, i32.const(3)), giveUp),
    i.set(i32.shrU(hash(i32.xor(i32.load(at.get), n.get), i32.load(plus(plus(at.get, n.get), -4))), i32.const(22))),
    repeat(
      [
        name.set(i32.load(plus(i32.shl(i.get, i32.const(2)), Names.at))),
        when(not(name.get), giveUp),
        differs.set(
          i32.or(
            i32.ne(i32.load(name.get, Name.length), n.get),
            i32.or(
              unequal(v128.load(at.get), v128.load(name.get, Name.bytes), v128.load(name.get, Name.firstMask)),
              unequal(v128.load(at.get, 16), v128.load(name.get, Name.bytes + 16), v128.load(name.get, Name.restMask)),
            ),
          ),
        ),
        i.set(i32.and(plus(i.get, 1), i32.const(Names.count - 1))),
      ],
      differs.get,
    ),
    // behind the colon and its blanks; the last byte of the line is none
    at.set(plus(plus(at.get, n.get), 2)),
    when(i32.ne(byte(plus(at.get, -1)), char(' ')), giveUp),
    when(i32.eq(byte(at.get), char(' ')), repeat([at.set(plus(at.get, 1))], i32.eq(byte(at.get), char(' ')))),
  ];

  const comparePlace: Code[] = [
    n.set(i32.load(place.get, PlaceAt.length)),
    differs.set(i32.const(0)),
    word.set(i32.const(0)),
    repeat(
      [
        v.set(v128.xor(v128.load(plus(at.get, word.get)), v128.load(plus(place.get, word.get), PlaceAt.bytes))),
        i.set(i32.sub(n.get, word.get)),
        when(i32.ltU(i.get, i32.const(16)), v.set(v128.and(v.get, v128.load(i32.sub(i32.const(MASKS + 16), i.get))))),
        differs.set(i32.or(differs.get, v128.anyTrue(v.get))),
        word.set(plus(word.get, 16)),
      ],
      i32.ltU(word.get, n.get),
    ),
  ];

  const readPlace: Code[] = [
    i32.store(columns, at.get, Columns.args),
    i32.store(columns, cpu.get, Columns.cpu),
    i32.store(columns, i32.load(task.get, Tasks.pid), Columns.pid),
    i32.store(columns, task.get, Columns.task),
    symbol.set(nan),
    word.set(byte(at.get)),
    either(
      i32.eq(word.get, char('(')),
      [
        keys.set(i32.load(name.get, Name.places)),
        key.set(plus(name.get, Name.place)),
        repeat(
          [
            when(not(keys.get), giveUp),
            place.set(i32.load(key.get)),
            ...comparePlace,
            key.set(plus(key.get, 4)),
            keys.set(plus(keys.get, -1)),
          ],
          differs.get,
        ),
        type.set(i32.load(place.get, PlaceAt.type)),
        symbol.set(f64.load(place.get, PlaceAt.symbol)),
        at.set(plus(at.get, n.get)),
      ],
      [
        when(i32.eq(word.get, char('_')), giveUp),
        type.set(i32.load(name.get, Name.plain)),
        when(not(type.get), giveUp),
        at.set(plus(at.get, -1)),
      ],
    ),
    f64.store(columns, ts.get, Columns.ts),
    when(not(i32.load(type.get, TypeAt.kept)), leave(number)),
    key.set(i32.load(type.get, TypeAt.template)),
    when(not(key.get), giveUp),
    keys.set(i32.load(key.get, TemplateAt.keys)),
    key.set(plus(key.get, TemplateAt.key)),
  ];

  const writeColumns: Code[] = [
    put(Slot.KIND, f64.load(type.get, TypeAt.kind)),
    put(Slot.CPU, f64.ofI32(cpu.get)),
    put(Slot.PID, f64.ofI32(i32.load(task.get, Tasks.pid))),
    put(Slot.TGID, f64.ofI32(i32.const(-1))),
    put(Slot.TS, ts.get),
    put(Slot.OFFSET, f64.add(base.get, f64.ofI32(start.get))),
    put(Slot.LINE, line.get),
    v.set(f64x2.splat(nan)),
    ...[Slot.MM, Slot.END, Slot.OTHER, Slot.FLAGS].map((s) => v128.store(row.get, v.get, slot(s))),
    put(Slot.PTE_LO, nan),
    put(Slot.FN, f64.load(type.get, TypeAt.fn)),
    put(Slot.SYM, symbol.get),
    put(Slot.CTX, f64.add(f64.ofI32(context.get), f64.load(columns, Columns.contextShown))),
  ];

  const skipValue: Code[] = [
    when(i32.eq(byte(at.get), char('"')), giveUp),
    at.set(plus(at.get, -16)),
    repeat(
      [at.set(plus(at.get, 16)), word.set(i8x16.bitmask(i8x16.eq(v128.load(at.get), each(32))))],
      i32.and(not(word.get), i32.ltU(plus(at.get, 16), end.get)),
    ),
    at.set(plus(at.get, i32.ctz(i32.or(word.get, i32.const(1 << 16))))),
    when(i32.gtU(at.get, end.get), at.set(end.get)),
  ];

  const iota = v128.const([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  const reversed = v128.const([7, 6, 5, 4, 3, 2, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
  const lowBytes = v128.const([255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0]);
  const readHex: Code[] = [
    v.set(v128.load(at.get, 2)),
    digit.set(i8x16.sub(v.get, each(48))),
    isDigit.set(i8x16.ltU(digit.get, each(10))),
    letter.set(i8x16.sub(v.get, each(97))),
    // how many of the sixteen are hexadecimal digits before the first that is not
    n.set(i32.ctz(i32.xor(i8x16.bitmask(v128.or(isDigit.get, i8x16.ltU(letter.get, each(6)))), i32.const(0x1ffff)))),
    when(not(n.get), giveUp),
    v.set(v128.bitselect(digit.get, i8x16.add(letter.get, each(10)), isDigit.get)),
    // to the right end, zeros before them; then two digits to a byte
    v.set(i8x16.swizzle(v.get, i8x16.add(iota, i8x16.splat(plus(n.get, -16))))),
    v.set(v128.and(v128.or(i16x8.shl(v.get, 4), i16x8.shrU(v.get, 8)), lowBytes)),
    value64.set(i64x2.first(i8x16.swizzle(i8x16.narrowI16(v.get, v.get), reversed))),
    at.set(plus(at.get, plus(n.get, 2))),
    either(
      i32.eq(i32.load(key.get, KeyAt.type), i32.const(ValueType.Pte)),
      [
        put(Slot.PTE_HI, f64.ofI32(i32.wrap(i64.shrU(value64.get, i64.const(32n))))),
        put(Slot.PTE_LO, f64.ofI32(i32.wrap(value64.get))),
      ],
      [value.set(f64.ofI64(value64.get)), when(f64.lt(value.get, f64.const(-(2 ** 53))), giveUp)],
    ),
  ];

  const readDecimal: Code[] = [
    when(i32.eq(i32.load(key.get, KeyAt.type), i32.const(ValueType.Pte)), giveUp),
    negative.set(i32.eq(byte(at.get), char('-'))),
    at.set(plus(at.get, negative.get)),
    n.set(i32.const(0)),
    word.set(i32.const(0)),
    when(
      not(isNoDigit(0)),
      repeat(
        [word.set(plus(i32.mul(word.get, i32.const(10)), digitAt(0))), at.set(plus(at.get, 1)), n.set(plus(n.get, 1))],
        i32.and(not(isNoDigit(0)), i32.ltU(n.get, i32.const(DECIMAL_DIGITS))),
      ),
    ),
    when(not(n.get), giveUp),
    value.set(f64.ofI32(word.get)),
    when(negative.get, value.set(f64.neg(value.get))),
  ];

  const readValue: Code[] = [
    either(i32.eq(i32.load16(at.get), i32.const(0x7830)), readHex, readDecimal),
    when(i32.and(i32.ne(at.get, end.get), i32.ne(byte(at.get), char(' '))), giveUp),
    word.set(i32.load(key.get, KeyAt.type)),
    when(
      i32.eq(word.get, i32.const(ValueType.Number)),
      f64.store(plus(row.get, i32.load(key.get, KeyAt.slot)), value.get),
    ),
    when(
      i32.eq(word.get, i32.const(ValueType.Length)),
      put(Slot.END, f64.add(f64.load(row.get, slot(Slot.ADDR)), value.get)),
    ),
  ];

  const readArguments: Code[] = [
    when(
      keys.get,
      repeat(
        [
          when(unequal(v128.load(at.get), v128.load(key.get, KeyAt.literal), v128.load(key.get, KeyAt.mask)), giveUp),
          at.set(plus(at.get, i32.load(key.get, KeyAt.length))),
          either(i32.eq(i32.load(key.get, KeyAt.slot), i32.const(-1)), skipValue, readValue),
          key.set(plus(key.get, KeyAt.size)),
          keys.set(plus(keys.get, -1)),
        ],
        keys.get,
      ),
    ),
    when(i32.ne(at.get, end.get), giveUp),
  ];

  return f.module(
    ...readTask,
    ...readCpu,
    ...readTime,
    ...readName,
    ...readPlace,
    ...writeColumns,
    ...readArguments,
    number,
  );
});
