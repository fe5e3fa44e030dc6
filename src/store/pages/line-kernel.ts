// From the text of an event to the cell of a page in one walk, as a WebAssembly function: the literals of the event's
// shape are compared, sixteen bytes at a time, and each value between them is read and written at once. What a line is
// has been worked out before (decode.ts, line-cell.ts). A line that is not exactly so is left to the careful way, which
// gives the same cell.
//
//     [bytes of the record] [id] [bytes of the header] [type per column ...] [value per column ...]
import {
  type Code,
  either,
  F64,
  Func,
  f64,
  I32,
  I64,
  i8x16,
  i16x8,
  i32,
  i64,
  i64x2,
  type Local,
  leave,
  Program,
  repeat,
  V128,
  v128,
  when,
} from '../../util/wasm.ts';
import { PAGE_SIZE } from '../schema.ts';
import { FORMS, KeyAt, LiteralAt, PlaceAt, PlanAt, ShapeAt, TableAt, Tables } from './line-layout.ts';
import { MOST_LOCAL } from './table-pages.ts';

const LEAF_HEADER = 8;

/** id, line, ts, cpu, task, at, extra; `id` is the cell's own and null in its column. */
export const COMMON = 7;

/** Longer texts would make their types two bytes long. */
const LONGEST_TEXT = 57;
const TEXT = 13;

/** Decimal numbers have at most so many digits here. */
const DECIMAL_DIGITS = 15;

/** The line has none of the shapes. */
export const OTHER_SHAPE = -1;

const char = (c: string): Code => i32.const(c.charCodeAt(0));
const each = (n: number): Code => i8x16.splat(i32.const(n));
const not = (a: Code): Code => i32.eqz(a);
const plus = (a: Code, b: number | Code): Code => i32.add(a, typeof b === 'number' ? i32.const(b) : b);
const iota = v128.const([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
const reversed = v128.const([7, 6, 5, 4, 3, 2, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
const lowBytes = v128.const([255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0]);

/**
 * `run(tables, table, plan, args, end, cpu, task, number, ts, id)`: the cell of the line with arguments `[args, end)`.
 * Returns 0 when it is on the page, its end on the page when it does not fit there, or {@link OTHER_SHAPE}.
 */
export const kernel = new Program(() => {
  const f = new Func();
  const tables = f.param(I32);
  const table = f.param(I32);
  const plan = f.param(I32);
  const args = f.param(I32);
  const end = f.param(I32);
  const cpu = f.param(I32);
  const task = f.param(I32);
  const number = f.param(F64);
  const ts = f.param(F64);
  const id = f.param(F64);

  const shapes = f.local(I32);
  const shapeAt = f.local(I32);
  const shape = f.local(I32);
  const places = f.local(I32);
  const place = f.local(I32);
  const literal = f.local(I32);
  const keys = f.local(I32);
  const key = f.local(I32);
  /** in the text: behind the probe's place, and where reading is */
  const from = f.local(I32);
  const pos = f.local(I32);
  /** the record, the type that is written next, the value that is written next */
  const record = f.local(I32);
  const types = f.local(I32);
  const at = f.local(I32);
  const fits = f.local(I32);
  const again = f.local(I32);
  const n = f.local(I32);
  const i = f.local(I32);
  const word = f.local(I32);
  const differs = f.local(I32);
  const value = f.local(I64);
  const v = f.local(V128);
  const digit = f.local(V128);
  const letter = f.local(V128);
  const isDigit = f.local(V128);

  const byte = (a: Code, offset = 0) => i32.load8(a, offset);
  const fail = fits.set(i32.const(0));

  /** Whether the bytes at `pos` are not those of the literal. */
  const compare = (which: Local, offset: number): Code[] => [
    literal.set(plus(which.get, offset)),
    n.set(i32.load(literal.get, LiteralAt.length)),
    i.set(i32.const(0)),
    differs.set(i32.const(0)),
    repeat(
      [
        v.set(v128.xor(v128.load(plus(pos.get, i.get)), v128.load(plus(literal.get, i.get), LiteralAt.bytes))),
        word.set(i32.sub(n.get, i.get)),
        when(
          i32.ltU(word.get, i32.const(16)),
          v.set(v128.and(v.get, v128.load(i32.sub(tables.get, word.get), Tables.masks + 16))),
        ),
        differs.set(i32.or(differs.get, v128.anyTrue(v.get))),
        i.set(plus(i.get, 16)),
      ],
      i32.ltU(i.get, n.get),
    ),
  ];

  /** `value` in as few bytes as keep it (integer.ts), and its type. */
  const putInteger = (type: Code): Code =>
    either(
      i64.eqz(i64.shrU(value.get, i64.const(1n))),
      [i32.store8(type, plus(i32.wrap(value.get), 8))],
      [
        n.set(
          i32.load8(
            plus(tables.get, i32.wrap(i64.clz(i64.xor(value.get, i64.shrS(value.get, i64.const(63n)))))),
            Tables.types,
          ),
        ),
        i32.store8(type, n.get),
        n.set(plus(tables.get, n.get)),
        value.set(i64.shl(value.get, i64.ofI32(i32.load8(n.get, Tables.shifts)))),
        i64.store(at.get, i64x2.first(i8x16.swizzle(i64x2.splat(value.get), reversed))),
        at.set(plus(at.get, i32.load8(n.get, Tables.bytes))),
      ],
    );

  const putCommon = (column: number, there: Code, what: Code): Code =>
    either(
      there,
      [value.set(what), putInteger(plus(types.get, column))],
      [i32.store8(types.get, i32.const(0), column)],
    );

  // seven bits per byte, the highest first, all but the last byte marked (varint.ts)
  const putId: Code[] = [
    value.set(i64.ofF64(id.get)),
    word.set(i32.wrap(i64.clz(i64.or(value.get, i64.const(1n))))),
    n.set(i32.shrU(i32.mul(i32.sub(i32.const(70), word.get), i32.const(37)), i32.const(8))),
    i.set(plus(at.get, n.get)),
    record.set(i.get),
    word.set(i32.const(0)),
    repeat(
      [
        i.set(plus(i.get, -1)),
        i32.store8(i.get, i32.or(i32.and(i32.wrap(value.get), i32.const(127)), word.get)),
        word.set(i32.const(128)),
        value.set(i64.shrU(value.get, i64.const(7n))),
      ],
      i32.gtU(i.get, at.get),
    ),
  ];

  const begin: Code[] = [
    at.set(
      plus(
        plus(plus(table.get, TableAt.page + 1), i32.load(table.get, TableAt.end)),
        i32.load(table.get, TableAt.wide),
      ),
    ),
    ...putId,
    keys.set(i32.load(shape.get, ShapeAt.width)),
    types.set(plus(record.get, 1)),
    at.set(plus(types.get, plus(keys.get, COMMON))),
    i32.store8(record.get, plus(keys.get, COMMON + 1)),
    // columns that the line does not have are null
    i.set(plus(types.get, COMMON)),
    when(keys.get, repeat([v128.store(i.get, each(0)), i.set(plus(i.get, 16))], i32.ltU(i.get, at.get))),
    i32.store8(types.get, i32.const(0)),
    putCommon(1, i32.const(1), i64.ofF64(number.get)),
    putCommon(2, not(f64.ne(ts.get, ts.get)), i64.ofF64(ts.get)),
    putCommon(3, not(i32.gtS(i32.const(0), cpu.get)), i64.ofI32(cpu.get)),
    putCommon(4, i32.gtS(task.get, i32.const(0)), i64.ofI32(task.get)),
    putCommon(5, i32.load(shape.get, ShapeAt.location), i64.ofI32(i32.load(place.get, PlaceAt.id))),
    i32.store8(types.get, i32.const(0), 6),
  ];

  const readText: Code[] = [
    when(i32.eq(byte(pos.get), char('"')), fail),
    i.set(at.get),
    repeat(
      [
        v.set(v128.load(pos.get)),
        v128.store(at.get, v.get),
        word.set(i8x16.bitmask(v128.or(i8x16.eq(v.get, each(32)), i8x16.eq(v.get, each(9))))),
        n.set(i32.ctz(i32.or(word.get, i32.const(1 << 16)))),
        word.set(i32.sub(end.get, pos.get)),
        when(i32.gtU(n.get, word.get), n.set(word.get)),
        // no ASCII, or too long
        when(
          i32.or(
            i32.ne(i32.shl(i8x16.bitmask(v.get), i32.sub(i32.const(32), n.get)), i32.const(0)),
            i32.gtU(i32.sub(at.get, i.get), i32.const(LONGEST_TEXT)),
          ),
          when(n.get, fail),
        ),
        pos.set(plus(pos.get, n.get)),
        at.set(plus(at.get, n.get)),
      ],
      i32.and(i32.eq(n.get, i32.const(16)), fits.get),
    ),
    n.set(i32.sub(at.get, i.get)),
    when(i32.gtU(n.get, i32.const(LONGEST_TEXT)), fail),
    i32.store8(plus(types.get, i32.load(key.get, KeyAt.column)), plus(i32.shl(n.get, i32.const(1)), TEXT)),
  ];

  const readHex: Code[] = [
    v.set(v128.load(pos.get)),
    digit.set(i8x16.sub(v.get, each(48))),
    isDigit.set(i8x16.ltU(digit.get, each(10))),
    letter.set(i8x16.sub(v128.or(v.get, each(32)), each(97))),
    // how many of the sixteen are hexadecimal digits before the first that is not
    n.set(i32.ctz(i32.xor(i8x16.bitmask(v128.or(isDigit.get, i8x16.ltU(letter.get, each(6)))), i32.const(0x1ffff)))),
    when(not(n.get), fail),
    v.set(v128.bitselect(digit.get, i8x16.add(letter.get, each(10)), isDigit.get)),
    // to the right end, zeros before them; then two digits to a byte
    v.set(i8x16.swizzle(v.get, i8x16.add(iota, i8x16.splat(plus(n.get, -16))))),
    v.set(v128.and(v128.or(i16x8.shl(v.get, 4), i16x8.shrU(v.get, 8)), lowBytes)),
    value.set(i64x2.first(i8x16.swizzle(i8x16.narrowI16(v.get, v.get), reversed))),
    pos.set(plus(pos.get, n.get)),
  ];

  const digitHere = i32.sub(byte(pos.get), char('0'));
  const readDecimal: Code[] = [
    word.set(i32.eq(byte(pos.get), char('-'))),
    pos.set(plus(pos.get, word.get)),
    i.set(plus(pos.get, DECIMAL_DIGITS)),
    n.set(pos.get),
    value.set(i64.const(0n)),
    when(
      i32.ltU(digitHere, i32.const(10)),
      repeat(
        [value.set(i64.add(i64.mul(value.get, i64.const(10n)), i64.ofI32(digitHere))), pos.set(plus(pos.get, 1))],
        i32.and(i32.ltU(digitHere, i32.const(10)), i32.ltU(pos.get, i.get)),
      ),
    ),
    when(i32.eq(pos.get, n.get), fail),
    when(word.get, value.set(i64.sub(i64.const(0n), value.get))),
  ];

  const readNumber: Code[] = [
    n.set(i32.eq(i32.load16(pos.get), i32.const(0x7830))),
    pos.set(plus(pos.get, i32.shl(n.get, i32.const(1)))),
    either(i32.or(n.get, i32.eq(word.get, i32.const(FORMS.bare))), readHex, readDecimal),
    when(i32.and(i32.ne(pos.get, end.get), i32.ne(byte(pos.get), char(' '))), fail),
    putInteger(plus(types.get, i32.load(key.get, KeyAt.column))),
  ];

  const readArguments: Code[] = [
    keys.set(i32.load(shape.get, ShapeAt.keys)),
    key.set(plus(shape.get, ShapeAt.key)),
    when(
      keys.get,
      repeat(
        [
          ...compare(key, KeyAt.literal),
          pos.set(plus(pos.get, n.get)),
          either(
            i32.or(differs.get, i32.gtU(pos.get, end.get)),
            [fail],
            [
              word.set(i32.load(key.get, KeyAt.form)),
              either(i32.eq(word.get, i32.const(FORMS.text)), readText, readNumber),
            ],
          ),
          key.set(plus(key.get, i32.load(key.get, KeyAt.size))),
          keys.set(plus(keys.get, -1)),
        ],
        i32.and(i32.ne(keys.get, i32.const(0)), fits.get),
      ),
    ),
    when(i32.ne(pos.get, end.get), fail),
  ];

  // the length of the record stands before its id, in one byte or in two; which, is guessed by the row before
  const finish: Code[] = [
    n.set(i32.sub(at.get, record.get)),
    // the length does not count the id, which stands between
    when(i32.gtU(n.get, i32.const(MOST_LOCAL)), leave(i32.const(OTHER_SHAPE))),
    word.set(i32.gtU(n.get, i32.const(127))),
    again.set(i32.ne(word.get, i32.load(table.get, TableAt.wide))),
    i32.store(table.get, word.get, TableAt.wide),
  ];

  const addCell: Code[] = [
    i.set(i32.load(table.get, TableAt.end)),
    types.set(plus(plus(table.get, TableAt.page), i.get)),
    either(
      word.get,
      [
        i32.store8(types.get, i32.or(i32.shrU(n.get, i32.const(7)), i32.const(128))),
        i32.store8(types.get, i32.and(n.get, i32.const(127)), 1),
      ],
      [i32.store8(types.get, n.get)],
    ),
    at.set(i32.sub(at.get, plus(table.get, TableAt.page))),
    n.set(i32.load(table.get, TableAt.cells)),
    when(
      i32.gtU(plus(i32.shl(n.get, i32.const(1)), plus(at.get, LEAF_HEADER + 2)), i32.const(PAGE_SIZE)),
      leave(at.get),
    ),
    i32.store16(plus(table.get, i32.shl(n.get, i32.const(1))), i.get, TableAt.starts),
    i32.store(table.get, plus(n.get, 1), TableAt.cells),
    i32.store(table.get, at.get, TableAt.end),
    f64.store(table.get, id.get, TableAt.lastId),
    leave(i32.const(0)),
  ];

  const readPlace: Code[] = [
    pos.set(args.get),
    when(
      i32.load(shape.get, ShapeAt.location),
      fail,
      places.set(i32.load(plan.get, PlanAt.places)),
      when(
        places.get,
        repeat(
          [
            places.set(plus(places.get, -1)),
            place.set(i32.load(plus(plan.get, i32.shl(places.get, i32.const(2))), PlanAt.place)),
            ...compare(place, PlaceAt.literal),
            fits.set(not(differs.get)),
          ],
          i32.and(i32.ne(places.get, i32.const(0)), differs.get),
        ),
      ),
      pos.set(plus(pos.get, n.get)),
      // the parenthesis may close within a word
      when(
        i32.and(
          i32.ne(pos.get, end.get),
          i32.and(i32.ne(byte(pos.get), char(' ')), i32.ne(byte(pos.get), i32.const(9))),
        ),
        fail,
      ),
      when(i32.gtU(pos.get, end.get), fail),
    ),
  ];

  const tryShape: Code[] = [
    shape.set(i32.load(shapeAt.get)),
    fits.set(i32.const(1)),
    ...readPlace,
    when(
      fits.get,
      from.set(pos.get),
      repeat(
        [pos.set(from.get), ...begin, ...readArguments, again.set(i32.const(0)), when(fits.get, ...finish)],
        again.get,
      ),
      when(fits.get, ...addCell),
    ),
    shapeAt.set(plus(shapeAt.get, 4)),
    shapes.set(plus(shapes.get, -1)),
  ];

  return f.module(
    // a time that no 64 bits hold
    when(f64.le(f64.const(2 ** 62), f64.abs(ts.get)), leave(i32.const(OTHER_SHAPE))),
    shapes.set(i32.load(plan.get, PlanAt.shapes)),
    shapeAt.set(plus(plan.get, PlanAt.shape)),
    when(shapes.get, repeat(tryShape, shapes.get)),
    i32.const(OTHER_SHAPE),
  );
});
