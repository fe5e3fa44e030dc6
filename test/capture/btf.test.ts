// Why: an offset that is wrong makes a trace that is wrong and looks right.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { Btf } from '../../src/capture/btf/btf.ts';
import { readImage } from '../../src/capture/btf/image.ts';
import { BtfKind } from '../../src/capture/btf/kinds.ts';
import { unpackLz4Legacy } from '../../src/capture/btf/lz4.ts';
import { memberAt, memberOf } from '../../src/capture/btf/members.ts';
import { BtfTypes } from '../../src/capture/btf/types.ts';
import { type WrittenType, writeBtf } from './write-btf.ts';

const { int, ptr, struct, union, typedef, func, funcProto, typeTag, enum64 } = BtfKind;
const folder = mkdtempSync(join(tmpdir(), 'pindrift-btf-'));
afterAll(() => rmSync(folder, { recursive: true }));
const kernel = (name: string): Buffer => readFileSync(fileURLToPath(new URL(`kernels/${name}.btf`, import.meta.url)));

/** int u32; struct mm {}; struct vma { u32 a; anonymous union { u32 b; mm *vm_mm }; u32 c:3, d:5 }; void f(vma *vma) */
const TYPES: readonly WrittenType[] = [
  { kind: int, name: 'u32', third: 4, words: [32] },
  { kind: struct, name: 'mm', third: 4, words: ['users', 1, 0] },
  { kind: ptr, third: 2 },
  { kind: union, third: 8, words: ['b', 1, 0, 'vm_mm', 3, 0] },
  {
    kind: struct,
    name: 'vma',
    third: 24,
    kflag: true,
    words: ['a', 1, 0, '', 4, 64, 'c', 1, (3 << 24) | 128, 'd', 1, (5 << 24) | 131],
  },
  { kind: typeTag, name: 'rcu', third: 5 },
  { kind: ptr, third: 6 },
  { kind: typedef, name: 'vma_t', third: 7 },
  { kind: funcProto, third: 0, words: ['vma', 8, 'n', 1] },
  { kind: func, name: 'f', third: 9, vlen: 1 },
  { kind: enum64, name: 'e', third: 8, words: ['BIG', 5, 1] },
];

describe('BTF', () => {
  it.each([
    ['little endian', {}],
    ['big endian', { littleEndian: false }],
    ['with the layout section of 7.2', { layout: true }],
  ])('%s: members, anonymous ones, bit fields, prototypes', (_, options) => {
    const btf = new Btf(writeBtf(TYPES, options));
    const [vma] = btf.named('vma', struct);
    expect(memberOf(btf, vma, 'vm_mm')?.bitOffset).toBe(64);
    expect(
      memberAt(btf, vma, [
        { op: '->', name: 'vm_mm' },
        { op: '->', name: 'users' },
      ])?.offsets,
    ).toEqual([8, 0]);
    expect(memberAt(btf, vma, [{ op: '->', name: 'd' }])).toMatchObject({ offsets: [16], bit: 3, bits: 5 });
    expect(memberAt(btf, vma, [{ op: '->', name: 'nothing' }])).toBeUndefined();
    expect(btf.enumerator('BIG')).toBe(2 ** 32 + 5);
    const types = new BtfTypes(btf);
    const [{ params, returns }] = types.prototypes('f');
    expect(params.map(({ name, size }) => [name, size])).toEqual([
      ['vma', 8],
      ['n', 4],
    ]);
    expect(returns).toBe(false);
    expect(types.locate(params[0].type, [{ op: '->', name: 'vm_mm' }])?.offsets).toEqual([8]);
  });

  it('old bit fields: the width is that of the int', () => {
    const btf = new Btf(
      writeBtf([
        { kind: int, name: 'b', third: 4, words: [3] },
        { kind: struct, name: 's', third: 4, words: ['x', 1, 5] },
      ]),
    );
    expect(memberAt(btf, 2, [{ op: '->', name: 'x' }])).toMatchObject({ offsets: [0], bit: 5, bits: 3 });
  });

  it("a module's counts on from vmlinux'", () => {
    const base = new Btf(writeBtf(TYPES));
    const module = writeBtf([{ kind: struct, name: 'own', third: 24, words: ['inner', 5, 0] }], {
      stringsFrom: base.stringsEnd,
    });
    const split = new Btf(module, base);
    const [own] = split.named('own', struct);
    expect(own).toBe(base.count);
    expect(memberOf(split, split.members(own)[0].type, 'vm_mm')?.bitOffset).toBe(64);
    expect(split.named('f', func)).toEqual(base.named('f', func));
    expect(() => new Btf(module)).toThrow(/module.*base/);
  });

  it('steps over kinds that came later, where the layout section says how', () => {
    const bytes = writeBtf(TYPES, { layout: true });
    expect(new Btf(bytes).count).toBe(TYPES.length + 1);
    const strange = [...TYPES, { kind: 30, name: 'strange' }];
    expect(() => new Btf(writeBtf(strange))).toThrow(/kind 30/);
  });

  it('the offsets of 6.1', () => {
    const btf = new Btf(kernel('6.1'));
    const at = (of: string, name: string) =>
      (memberOf(btf, btf.named(of, struct)[0], name)?.bitOffset ?? Number.NaN) / 8;
    expect(['vma', 'address', 'flags', 'orig_pte', 'cow_page', 'page'].map((name) => at('vm_fault', name))).toEqual([
      0, 24, 40, 64, 72, 80,
    ]);
    expect([at('page', '_refcount'), at('page', '_mapcount'), at('folio', '_folio_order')]).toEqual([52, 48, 81]);
  });
});

describe('hostile BTF is an error, found quickly', () => {
  const whole = writeBtf(TYPES);
  it('cut anywhere', () => {
    for (let n = 0; n < whole.length; n++) {
      expect(() => {
        const btf = new Btf(whole.slice(0, n));
        btf.named('vma', struct);
      }).toThrow();
    }
  });

  it('with any byte changed it reads or it throws', () => {
    for (let i = 0; i < whole.length; i++) {
      for (const value of [0, 0x7f, 0xff]) {
        const bytes = whole.slice();
        bytes[i] = value;
        try {
          const types = new BtfTypes(new Btf(bytes));
          for (const { params } of types.prototypes('f')) types.locate(params[0].type, [{ op: '->', name: 'vm_mm' }]);
          types.enumerator('BIG');
        } catch (error) {
          expect((error as Error).message).not.toBe('');
          expect(error).not.toBeInstanceOf(RangeError);
        }
      }
    }
  });

  it('types that lead in a circle, structs in themselves, members without an end', () => {
    const circle = new Btf(writeBtf([{ kind: typedef, name: 't', third: 1 }]));
    expect(() => circle.bare(1)).toThrow(/refers to itself/);
    const inside = new Btf(writeBtf([{ kind: struct, name: 's', third: 8, words: ['', 1, 0] }]));
    expect(() => memberOf(inside, 1, 'x')).toThrow();
    const wide = Array.from({ length: 20 }, (_, i) => ({
      kind: struct,
      name: `s${i}`,
      third: 8,
      words: Array(64)
        .fill(['', i + 2, 0])
        .flat(),
    }));
    expect(() =>
      memberOf(new Btf(writeBtf([...wide, { kind: struct, name: 'end', third: 8, words: ['y', 21, 0] }])), 1, 'x'),
    ).toThrow();
  });

  it('huge counts', () => {
    for (const kind of [struct, funcProto, BtfKind.enum]) {
      expect(() => new Btf(writeBtf([{ kind, name: 's', third: 8, words: ['x', 1, 0], vlen: 0xffffff }]))).toThrow();
    }
  });

  it('more than any kernel has: types, parts, functions of one name, letters', () => {
    const f = { kind: func, name: 'f', third: 1 };
    expect(() => new Btf(writeBtf(Array(2 ** 20 + 1).fill({ kind: ptr, third: 1 })))).toThrow(
      /types: more than in any kernel/,
    );
    expect(() => new Btf(writeBtf(Array(2000).fill(f))).named('f', func)).toThrow(/types named f/);
    expect(() => new Btf(writeBtf([{ ...f, name: 'f'.repeat(513) }])).named('f', func)).toThrow(/more than 512 bytes/);
    const parts = Array(70_000).fill(['x', 1, 0]).flat();
    expect(() => new Btf(writeBtf([{ kind: struct, name: 's', third: 8, words: parts }])).members(1)).toThrow(
      /members/,
    );
    expect(() => new Btf(writeBtf([{ kind: 0 }]))).toThrow(/kind 0/);
  });
});

describe('where BTF lies', () => {
  const put = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const whole = kernel('6.12');

  it('a section of an ELF file, packed or not', () => {
    for (const le of [true, false]) {
      const elf = elfWith(whole, le);
      expect(readImage(put('vmlinux', elf))).toMatchObject({ from: '.BTF' });
      expect(Buffer.from(readImage(put('vmlinux.gz', gzipSync(elf))).bytes).equals(whole)).toBe(true);
    }
    expect(() => readImage(put('bare', elfWith(whole, true, '.data')))).toThrow(/no section \.BTF/);
    expect(() => readImage(put('cut', elfWith(whole, true).slice(0, 3000)))).toThrow(/truncated|section/);
  });

  it('an image of x86, and one that is only looked through', () => {
    const image = bzImage(gzipSync(elfWith(whole, true)));
    expect(readImage(put('vmlinuz', image))).toMatchObject({
      from: '.BTF',
      machine: 'x86_64',
      release: '6.12.107-amd64',
    });
    const packed = Buffer.concat([Buffer.alloc(70_001, 7), gzipSync(Buffer.concat([Buffer.alloc(4096), whole]))]);
    expect(Buffer.from(readImage(put('vmlinuz-s390x', packed)).bytes).equals(whole)).toBe(true);
    const seems = Buffer.concat(Array(100).fill(Buffer.from('9feb010018000000000000000000100000001000', 'hex')));
    expect(() => readImage(put('seems', Buffer.concat([Buffer.alloc(64), seems])))).toThrow(/is valid/);
    const plain = new Uint8Array(8192 + whole.length);
    plain.set(Buffer.from('MZ'));
    plain.set(Buffer.from('Linux version 6.12.9-arm64 (me)'), 4096);
    plain.set(whole, 8192 - 4);
    expect(readImage(put('Image', plain))).toMatchObject({ release: '6.12.9-arm64' });
    expect(() => readImage(put('nothing', new Uint8Array(10_000)))).toThrow(/no BTF, ELF file/);
    // loong64 has a plain Image, armhf a compressed one
    const without = plain.subarray(0, 8000);
    for (const image of [without, Buffer.concat([Buffer.alloc(70_001, 7), gzipSync(without)])])
      expect(() => readImage(put('without', image))).toThrow('the kernel 6.12.9-arm64 has no BTF');
  });

  it('no more of an image of x86 is decompressed by xz than its BTF needs', () => {
    const vmlinux = Buffer.concat([elfWith(whole, true).subarray(0, 64 + whole.length), randomBytes(whole.length)]);
    const { stdout } = spawnSync('xz', ['-0c', '--check=none'], { input: vmlinux, maxBuffer: 2 * vmlinux.length });
    // damaged near its end
    const payload = Buffer.concat([stdout.subarray(0, stdout.length - 5000), Buffer.alloc(8)]);
    payload.writeUInt32LE(vmlinux.length, payload.length - 4);
    const { bytes, from, machine } = readImage(put('vmlinuz', bzImage(payload)));
    expect([Buffer.from(bytes).equals(whole), from, machine]).toEqual([true, 'BTF in an image', 'x86_64']);
    // it is not in what was decompressed of it: then all of it is
    const late = Buffer.concat([Buffer.alloc(4 * whole.length), whole]);
    const packed = spawnSync('xz', ['-0c'], { input: late, maxBuffer: late.length }).stdout;
    const size = Buffer.alloc(4);
    size.writeUInt32LE(late.length);
    expect(Buffer.from(readImage(put('late', bzImage(Buffer.concat([packed, size])))).bytes).equals(whole)).toBe(true);
  });

  it('lz4 as `lz4 -l` packs it', () => {
    // token 0x3f: three literals, then 19 + 5 + 4 bytes from one byte back
    const block = [0x3f, 97, 98, 99, 1, 0, 5, 0x10, 100];
    const packed = Uint8Array.from([2, 0x21, 0x4c, 0x18, block.length, 0, 0, 0, ...block]);
    expect(Buffer.from(unpackLz4Legacy(packed, 1000)).toString()).toBe(`abc${'c'.repeat(24)}d`);
    expect(() => unpackLz4Legacy(packed, 10)).toThrow(/damaged/);
    expect(() => unpackLz4Legacy(packed.slice(0, 12), 1000)).toThrow(/truncated/);
  });
});

/** The least of an image of x86. */
function bzImage(payload: Uint8Array): Uint8Array {
  const image = new Uint8Array(0x400 * 3 + payload.length);
  const view = new DataView(image.buffer);
  image[0x1f1] = 1;
  image.set(Buffer.from('HdrS'), 0x202);
  view.setUint16(0x20e, 0x100, true);
  image.set(Buffer.from('6.12.107-amd64 (me@here) #1\0'), 0x300);
  view.setUint32(0x248, 0x100, true);
  view.setUint32(0x24c, payload.length, true);
  image.set(payload, 0x400 + 0x100);
  return image;
}

/** The least of an ELF file that has one section of this name. */
function elfWith(btf: Uint8Array, le: boolean, name = '.BTF'): Uint8Array {
  const names = Buffer.from(`\0.shstrtab\0${name}\0`);
  const table = 64 + btf.length + names.length;
  const out = new Uint8Array(table + 3 * 64);
  const view = new DataView(out.buffer);
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, le ? 1 : 2, 1]);
  view.setUint16(18, 62, le);
  view.setBigUint64(0x28, BigInt(table), le);
  view.setUint16(0x3a, 64, le);
  view.setUint16(0x3c, 3, le);
  view.setUint16(0x3e, 1, le);
  out.set(btf, 64);
  out.set(names, 64 + btf.length);
  const section = (i: number, nameAt: number, start: number, size: number): void => {
    view.setUint32(table + i * 64, nameAt, le);
    view.setBigUint64(table + i * 64 + 24, BigInt(start), le);
    view.setBigUint64(table + i * 64 + 32, BigInt(size), le);
  };
  section(1, 1, 64 + btf.length, names.length);
  section(2, 11, 64, btf.length);
  return out;
}
