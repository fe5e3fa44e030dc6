// Why: a kernel's BTF has 5 MB; what a probe set asks of it has 20 kB, which tests and CI can carry:
//
//     node --import tsx scripts/cut-btf.ts BTF|vmlinuz test/capture/kernels/6.12.btf
import { writeFileSync } from 'node:fs';
import { Btf } from '../src/capture/btf/btf.ts';
import { readImage } from '../src/capture/btf/image.ts';
import { parseTarget } from '../src/capture/expression.ts';
import { PROBE_TABLE } from '../src/capture/probe-table.ts';
import { cutBtf } from '../test/capture/write-btf.ts';

const [, , from, to] = process.argv;
if (to === undefined) throw new Error('usage: cut-btf.ts BTF OUT');
const btf = new Btf(readImage(from).bytes);
const functions = new Set(PROBE_TABLE.flatMap(({ on }) => on.map((one) => parseTarget(one).fn)));
const STRUCTS = ['vm_area_struct', 'vm_fault', 'page', 'folio', 'bio', 'bio_vec', 'mm_walk', 'mmu_notifier_range'];
const OTHERS = ['hmm_range', 'mmu_interval_notifier', 'pipe_buffer', 'unmap_desc', 'pagetable_move_control'];
// btf_find_struct_member() is there where the kernel's probes take names
writeFileSync(to, cutBtf(btf, [...functions, 'btf_find_struct_member'], [...STRUCTS, ...OTHERS], ['PG_head']));
