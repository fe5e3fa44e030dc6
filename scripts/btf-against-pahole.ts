// A second opinion on BTF: every member of every struct, by our reader and by pahole (Debian: dwarves). What the two say
// of a kernel must be the same, since an offset that is wrong by a word makes a probe that reads something else.
//
//     node --import tsx scripts/btf-against-pahole.ts FILE...       BTF, vmlinux or vmlinuz, packed or not
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Btf } from '../src/capture/btf/btf.ts';
import { readImage } from '../src/capture/btf/image.ts';
import { BtfKind } from '../src/capture/btf/kinds.ts';

/** Each member as `path@bit`, with the bits of a bit field behind it. */
type Layout = string;

const unqualified = (btf: Btf, type: number): number =>
  btf.kind(type) === BtfKind.const || btf.kind(type) === BtfKind.volatile ? unqualified(btf, btf.target(type)) : type;

function ours(btf: Btf, id: number, prefix = '', base = 0): string[] {
  return btf.members(id).flatMap(({ name, type, bitOffset, bits }) => {
    const bare = unqualified(btf, type);
    const kind = btf.kind(bare);
    // a struct without a name is printed with its members
    const isInline = (kind === BtfKind.struct || kind === BtfKind.union) && btf.name(bare) === '';
    const place = base + bitOffset;
    const path = name === '' ? prefix : `${prefix}${name}.`;
    const own = name === '' ? [] : [`${prefix}${name}@${place}${bits > 0 ? `:${bits}` : ''}`];
    return isInline ? [...own, ...ours(btf, bare, path, place)] : own;
  });
}

const OPENS = /^\t+(?:(?:const|volatile) )*(?:struct|union|enum) +\{$/;
const CLOSES =
  /^\t+\}(?: __attribute__\(.*?\)\))?(?:const|volatile|\s)*(\**)(?:const|\s)*(\w*)((?:\[[^\]]*\])*)(?::(\d+))? *(?:__attribute__\(\(.*?\)\))?;(?: *\/\* *(\d+)(?:: *(\d+))? +\d+ *\*\/)?/;
const MEMBER = /^\t+(.*?);? *\/\* *(\d+)(?:: *(\d+))? +(\d+) *\*\/$/;
const NAME =
  /(?:\(\*+ *(?:const +)?(\w+)(?:\[[^\]]*\])*\)\(.*|(\w+)(?:\[[^\]]*\])*)(?: *: *(\d+))?(?: __attribute__\(\(.*\)\))*$/;

/** What pahole prints of one struct. Its offsets are from the beginning of the outermost. */
function theirs(lines: readonly string[]): string[] {
  const out: string[] = [];
  const open: string[][] = [];
  let now = out;
  for (const line of lines) {
    if (OPENS.test(line)) {
      open.push(now);
      now = [];
      continue;
    }
    const close = CLOSES.exec(line);
    if (close !== null && open.length > 0) {
      const within = now;
      now = open.pop() ?? out;
      const [, stars, name, dimensions, bits, at, bit = '0'] = close;
      if (name === '') now.push(...within);
      else {
        if (at !== undefined)
          now.push(`${name}@${Number(at) * 8 + Number(bit)}${bits === undefined ? '' : `:${bits}`}`);
        if (stars === '' && dimensions === '') now.push(...within.map((one) => `${name}.${one}`));
      }
      continue;
    }
    const member = MEMBER.exec(line);
    const found = member === null ? null : NAME.exec(member[1]);
    if (member === null || found === null) continue;
    const bits = found[3] === undefined ? '' : `:${found[3]}`;
    now.push(`${found[1] ?? found[2]}@${Number(member[2]) * 8 + Number(member[3] ?? 0)}${bits}`);
  }
  return out;
}

const listed = (members: readonly string[]): Layout => [...members].sort().join(' ');

function compare(path: string): void {
  const { bytes, release = '' } = readImage(path);
  const btf = new Btf(bytes);
  const folder = mkdtempSync(join(tmpdir(), 'pindrift-btf-'));
  const raw = join(folder, 'vmlinux.btf');
  writeFileSync(raw, bytes);
  const text = execFileSync('pahole', ['-F', 'btf', raw], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    // pahole 1.24 does not know declaration tags, which no offset depends on
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  rmSync(folder, { recursive: true });
  const mine = new Map<string, Set<Layout>>();
  let members = 0;
  for (let id = 1; id < btf.count; id++) {
    const name = btf.name(id);
    if (btf.kind(id) !== BtfKind.struct || name === '') continue;
    const layouts = mine.get(name) ?? new Set();
    layouts.add(listed(ours(btf, id)));
    mine.set(name, layouts);
  }
  let structs = 0;
  let differ = 0;
  for (const [whole, name, body] of text.matchAll(/^struct (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const said = theirs(body.split('\n'));
    structs++;
    members += said.length;
    if (mine.get(name)?.has(listed(said)) === true) continue;
    if (differ++ < 3)
      console.log(`${whole}\n  ours: ${[...(mine.get(name) ?? [])].join('\n        ')}\n  pahole: ${listed(said)}`);
  }
  console.log(
    `${path} ${release.split(' ')[2] ?? release}: ${structs} structs, ${members} members, ${differ} structs differ`,
  );
}

for (const path of process.argv.slice(2)) compare(path);
