// Why: a digit that was changed or lost in an address leaves a line that can be read. The lines of one call repeat what it
// was given; a line that contradicts its call keeps the verdict from "clean" and a finding from an error.
import { expect, it } from 'vitest';
import { capture, checked } from '../journeys/capture.ts';

const told = async (name: string, line: RegExp, to: string) => {
  const text = capture(name);
  const changed = text.replace(line, to);
  expect(changed).not.toBe(text);
  const { verdict, findings, rules } = await checked(changed);
  const severe = findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
  return { verdict, severe, why: JSON.stringify(rules.find(({ id }) => id === 'insufficient-evidence')?.missing) };
};

const INSIDE = /contradicts? the calls? (?:it is|they are) inside of/;
const ABSURD = /numbers? that no kernel prints there/;

it.each([
  [
    'the write fault has lost a digit',
    '5.10/odirect_read_fork.ft',
    /(30\.819558: wp_fault: .* addr=0x7fdd2c5)a0000/,
    '$1' + '0000',
    INSIDE,
  ],
  [
    'the write fault has another digit',
    '5.10/iouring_fixed_uffdwp.ft',
    /(19\.351087: wp_fault: .* addr=0x)7fcde215a000/,
    '$1' + '6fcde215a000',
    INSIDE,
  ],
  [
    'the page that KSM maps, at the address of a pinned one',
    '6.12/iouring_fixed_ksm.ft',
    /(39\.558233: anon_rmap: .* addr=0x7f7b2561)1000/,
    '$1' + '0000',
    INSIDE,
  ],
  [
    'the page that migration maps back, at the address of another',
    '7.2/odirect_read_migrate.ft',
    /(107\.514912: anon_rmap: .* addr=0x7f700f33)d000/,
    '$1' + 'c000',
    INSIDE,
  ],
  [
    'a range of nothing',
    '6.12/odirect_read_munmap.ft',
    /(55\.197171: zap: .* start=0x7f1175fd2000 end=0x7f1175fd)6000/,
    '$1' + '2000',
    ABSURD,
  ],
  [
    'a write fault that only unshares',
    '5.10/vmsplice_child_leak_thp.ft',
    /(44\.424864: wp_pmd: .* flags=0x)255/,
    '$1' + 'f55',
    ABSURD,
  ],
  [
    'a write fault that wrote and had no memory',
    '5.10/vmsplice_child_leak_thp.ft',
    /(44\.425063: wp_pmd_ret: .* ret=0x)8/,
    '$1' + '9',
    ABSURD,
  ],
])('%s: %s', async (_, name, line, to, why) => {
  const seen = await told(name, line, to);
  expect(seen.why).toMatch(why);
  expect(seen.verdict).not.toBe('clean');
  expect(seen.severe).toEqual([]);
});

it('an unmapping that names another page than its address maps is none of the pinned page', async () => {
  const { severe, verdict } = await told(
    '6.12/odirect_read_swap.ft',
    /(18\.399885: unmap_one: .* addr=0x7ff27f58)f000/,
    '$1' + 'e000',
  );
  expect({ severe, verdict: verdict === 'violated' }).toEqual({ severe: [], verdict: false });
});

const RETURNS = ['wp_fault_ret', 'gup_lockless_ret', 'pin_fast_ret', 'unmap_one_ret', 'swap_in_ret', 'fork_vma_ret'];

it.each(['6.12/odirect_read_munmap.ft', '6.12/odirect_read_swap.ft'])(
  'a digit of a pid is another in the return of a call (%s)',
  async (name) => {
    const lines = capture(name).split('\n');
    const before = (await checked(lines.join('\n'))).verdict;
    for (const event of RETURNS) {
      const at = lines.findLastIndex((line) => line.includes(` ${event}: `));
      if (at < 0) continue;
      const changed = lines.with(
        at,
        lines[at].replace(/\d(?= +\[)/, (digit) => `${(Number(digit) + 5) % 10}`),
      );
      expect(changed[at]).not.toBe(lines[at]);
      const { verdict, rules } = await checked(changed.join('\n'));
      expect(verdict === 'clean' && before === 'clean', changed[at]).toBe(false);
      const { missing = [] } = rules.find(({ id }) => id === 'insufficient-evidence') ?? {};
      expect(missing.join('\n'), changed[at]).toMatch(/without (?:its call|their calls)|the trace begins inside calls/);
    }
  },
);
