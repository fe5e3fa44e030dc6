// Why: bpftrace is often installed where nothing else may be. It prints a table (parsers/formats/csv.ts) of the same events,
// from the same plan; only the notation differs:
//
//     p:pindrift/fault handle_mm_fault mm=+16($arg1):x64 addr=$arg2:x64 flags=$arg3:x32
//     kprobe:handle_mm_fault /@on/ { printf("%llu,%d,%d,%d,\"%s\",fault,mm=0x%llx addr=0x%llx flags=0x%x\n",
//       nsecs, cpu, pid, tid, comm, *(uint64 *)(arg0 + 16), arg1, (uint32)arg2); }
//
// bpftrace enables and disables probes one after the other, which takes seconds; without @on, returns would be recorded
// whose calls were not. Its -c starts the command when all are enabled.
//
// bpftrace: man/adoc/bpftrace.adoc (builtins argN, sargN, retval, cpid, reg(); integers are 64 bits).
import type { ProbedArch } from './arch.ts';
import type { CapturePlan, PlannedProbe } from './plan.ts';
import { folderOf, TRACEPOINTS } from './tracepoints.ts';

const COLUMNS = 'nsecs,cpu,pid,tid,comm,event,args';

/** tracefs type: bpftrace type, and how the value is printed. */
const TYPES: Readonly<Record<string, readonly [type: string, format: string]>> = {
  x64: ['uint64', '0x%llx'],
  u64: ['uint64', '%llu'],
  s64: ['int64', '%lld'],
  x32: ['uint32', '0x%x'],
  u32: ['uint32', '%u'],
  s32: ['int32', '%d'],
  x16: ['uint16', '0x%x'],
  u16: ['uint16', '%u'],
  u8: ['uint8', '%u'],
};

/** Fields of the tracepoints; lengths and flags are printed in hexadecimal, as in their `print fmt`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  sched_process_fork: ['parent_pid=%d', 'child_pid=%d'],
  sched_process_exit: ['pid=%d'],
  sched_process_exec: ['pid=%d', 'old_pid=%d'],
  task_newtask: ['pid=%d', 'clone_flags=0x%llx'],
  sys_madvise: ['start=0x%llx', 'len_in=0x%llx', 'behavior=0x%llx'],
  sys_munmap: ['addr=0x%llx', 'len=0x%llx'],
  sys_mprotect: ['start=0x%llx', 'len=0x%llx', 'prot=0x%llx'],
  sys_mremap: ['addr=0x%llx', 'old_len=0x%llx', 'new_len=0x%llx', 'flags=0x%llx', 'new_addr=0x%llx'],
  sys_vmsplice: ['fd=%d', 'uiov=0x%llx', 'nr_segs=0x%llx', 'flags=0x%llx'],
};

/** Record while the command runs; `cpid` is its pid. */
const SWITCH = [
  'tracepoint:sched:sched_process_exec /pid == cpid/ { @on = 1; }',
  'tracepoint:sched:sched_process_exit /tid == cpid/ { @on = 0; }',
  'END { clear(@on); }',
];

/** What is known about the kernel for which the plan was made. */
export interface BpftraceTarget {
  arch: ProbedArch;
  /** '' unknown */
  release: string;
}

/**
 * The program, for `bpftrace -q -o TRACE -c COMMAND FILE`. The first lines it prints tell what is enabled, as those of a
 * capture do (docs/capture.md). Probes that need the arguments of the call at its return are left out: a kretprobe of
 * bpftrace has none.
 *
 * @param plan made with the style `args` only
 */
export function bpftraceProgram(plan: CapturePlan, { arch, release }: BpftraceTarget): string {
  const probes = plan.probes.flatMap((probe) => probeText(probe, arch) ?? []);
  const tracepoints = TRACEPOINTS.filter(({ captured }) => captured);
  const head = [
    '# pindrift-capture: 1',
    ...(release === '' ? [] : [`# pindrift-release: ${release}`]),
    `# pindrift-machine: ${arch.machine}`,
    ...probes.map(({ definition }) => `# pindrift-armed: ${definition}`),
    ...tracepoints.map((one) => `# pindrift-event: ${folderOf(one)}`),
    COLUMNS,
  ];
  return [
    `BEGIN {\n${head.map((line) => `  printf(${JSON.stringify(`${line.replaceAll('%', '%%')}\n`)});\n`).join('')}}`,
    ...SWITCH,
    ...probes.map(({ text }) => text),
    ...tracepoints.map((one) => {
      const fields = FIELDS[one.name];
      const values = fields.map((field) => `args->${field.replace(/=.*/, '')}`);
      return block(`tracepoint:${folderOf(one).replace('/', ':')}`, one.name, fields, values);
    }),
    '',
  ].join('\n');
}

function probeText(probe: PlannedProbe, arch: ProbedArch): { definition: string; text: string } | undefined {
  // the last one has no @variable: bpftrace ends if its symbol is missing
  const lines = probe.lines.map(({ text }) => text).filter((text) => text.split(' ')[1] === probe.symbol);
  const definition = lines.findLast((text) => /^[pr]/.test(text));
  const [, type, args] = /^([pr])\d*:\S+ \S+(.*)$/.exec(definition ?? '') ?? [];
  if (definition === undefined || args === undefined) return undefined;
  if (type === 'r' && args.includes('$arg')) return undefined;
  const written = args
    .trim()
    .split(' ')
    .map((arg) => argument(arg, arch));
  return {
    definition,
    text: block(
      `${type === 'p' ? 'kprobe' : 'kretprobe'}:${probe.symbol}`,
      probe.event,
      written.map(({ format }) => format),
      written.map(({ value }) => value),
    ),
  };
}

const block = (probe: string, event: string, formats: readonly string[], values: readonly string[]): string =>
  `${probe} /@on/ {\n  printf("%llu,%d,%d,%d,\\"%s\\",${event},${formats.join(' ')}\\n",\n    ${['nsecs, cpu, pid, tid, comm', ...values].join(', ')});\n}`;

/** `mm=+16($arg1):x64`; bits are `b1@6/64`: width, position, and the size of the word they are in. */
function argument(text: string, arch: ProbedArch): { format: string; value: string } {
  const [, name, expression, type] = /^(\w+)=(.+):([\w@/]+)$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`not an argument: ${text}`);
  if (type === 'symbol') return { format: `${name}=%s`, value: `ksym(${textOf(expression, 'uint64', arch)})` };
  const [, width, bit, size] = /^b(\d+)@(\d+)\/(\d+)$/.exec(type) ?? [];
  if (width !== undefined) {
    const word = textOf(expression, `uint${size}`, arch);
    return { format: `${name}=%u`, value: `((${word} >> ${bit}) & ${2 ** Number(width) - 1})` };
  }
  const [typed, format] = TYPES[type] ?? [];
  if (typed === undefined) throw new Error(`no type of bpftrace for ${text}`);
  return { format: `${name}=${format}`, value: textOf(expression, typed, arch) };
}

function textOf(expression: string, type: string, arch: ProbedArch): string {
  const [, offset, inner] = /^\+(\d+)\((.+)\)$/.exec(expression) ?? [];
  if (inner !== undefined) return `*(${type} *)(${textOf(inner, 'uint64', arch)} + ${offset})`;
  const plain = builtin(expression, arch);
  return type === 'uint64' ? plain : `(${type})${plain}`;
}

function builtin(expression: string, { args }: ProbedArch): string {
  if (expression === '$retval') return 'retval';
  if (expression === '$stack') return 'reg("sp")';
  const [, number] = /^\$arg(\d+)$/.exec(expression) ?? [];
  if (number !== undefined) {
    const index = Number(number) - 1;
    return index < args.length ? `arg${index}` : `sarg${index - args.length}`;
  }
  // bpftrace's src/arch/aarch64.cpp numbers all of them
  return `reg("${expression === '%lr' ? 'r30' : expression.slice(1)}")`;
}
