// Why: a program that reads another member than the definition in its head claims records what it does not say.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { probedArch } from '../../src/capture/arch.ts';
import { bpftraceProgram } from '../../src/capture/bpftrace.ts';
import { Btf } from '../../src/capture/btf/btf.ts';
import { BtfTypes } from '../../src/capture/btf/types.ts';
import { type CapturePlan, planProbes } from '../../src/capture/plan.ts';
import { definitionsIn } from '../../src/parsers/detect/recorded.ts';

function programFor(kernel: string, release = ''): { plan: CapturePlan; program: string } {
  const arch = probedArch(kernel.startsWith('arm64') ? 'arm64' : 'x86_64');
  if (arch === undefined) throw new Error('no such architecture');
  const file = fileURLToPath(new URL(`kernels/${kernel}.btf`, import.meta.url));
  const plan = planProbes(new BtfTypes(new Btf(readFileSync(file))), { arch, styles: ['args'] });
  return { plan, program: bpftraceProgram(plan, { arch, release }) };
}

/** The probe that prints an event. */
const blockOf = (program: string, event: string): string =>
  new RegExp(`^.*\n.*,${event},.*\n.*\n\\}`, 'm').exec(program)?.[0] ?? '';

describe('the program for bpftrace', () => {
  it.each(['5.10', '6.1', '6.12', '6.18', '7.2', '7.3', 'arm64-6.1'])('of %s prints what its head says', (kernel) => {
    const { plan, program } = programFor(kernel);
    const armed = definitionsIn(
      [...program.matchAll(/# pindrift-armed: (.*)\\n"/g)].map(([, line]) => line).join('\n'),
    );
    expect(armed.length).toBeGreaterThan(plan.probes.length - 2);
    for (const { event, symbol, isReturn, fields } of armed) {
      const block = blockOf(program, event);
      expect(block).toMatch(new RegExp(`^${isReturn ? 'kretprobe' : 'kprobe'}:${symbol} /@on/`));
      expect([...block.matchAll(/[ ,](\w+)=/g)].map(([, name]) => name)).toEqual(fields);
      expect(block.split('\n')[2].split(', ')).toHaveLength(block.match(/%/g)?.length ?? 0);
    }
    expect(program.replace(/^BEGIN \{\n[^}]*\}/, '')).not.toMatch(/[$@](?!on)/);
  });

  it('reads arguments, members behind pointers, bits and the caller', () => {
    const { program } = programFor('6.12');
    expect(blockOf(program, 'wp_fault')).toContain(
      'nsecs, cpu, pid, tid, comm, *(uint64 *)(*(uint64 *)(arg0 + 0) + 16), *(uint64 *)(arg0 + 24), *(uint64 *)(arg0 + 64), *(uint32 *)(arg0 + 40));',
    );
    expect(blockOf(program, 'new_anon')).toContain('((*(uint64 *)(arg0 + 0) >> 6) & 1), *(uint8 *)(arg0 + 64)');
    expect(blockOf(program, 'pin_fast')).toContain('(int32)arg1, (uint32)arg2, arg3, ksym(*(uint64 *)(reg("sp") + 0))');
    expect(blockOf(program, 'unmap_one_ret')).toContain('ret=%u\\n",\n    nsecs, cpu, pid, tid, comm, (uint8)retval);');
    expect(blockOf(programFor('arm64-6.1').program, 'pin_fast')).toContain('ksym(reg("r30"))');
  });

  it('cannot be left by the name of a release', () => {
    expect(programFor('6.12', '6.12"); system("id').program).toContain(
      '# pindrift-release: 6.12\\"); system(\\"id\\n"',
    );
  });
});
