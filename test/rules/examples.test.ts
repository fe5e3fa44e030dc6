// Why: the examples of a rule are its documentation. Each must do what it says, on the kernels it says, and must not
// pass for clean when the ends of the pins are cut off; where a real capture shows the same, that one is asked too.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Finding, Severity } from '../../src/contract/finding.ts';
import { prepareRules } from '../../src/engine/running/prepare.ts';
import { check } from '../../src/program.ts';
import type { AnyRule, Examples } from '../../src/rules/contract.ts';
import { BUILT_IN } from '../../src/rules/index.ts';
import { runRule } from '../../src/testing/run.ts';
import { FUNCTIONS } from '../../src/vocabulary/functions.ts';

/** Rules without a finding of their own: harm of another's finding, and what keeps the verdict from being clean. */
const HARM = 'lost-dma-write';
const UNDECIDED = 'insufficient-evidence';

/** Severity of the firing example: one word where the kernel does not matter, else by era. */
const SEVERITY: Readonly<Record<string, Severity | Readonly<Record<string, Severity>>>> = {
  'swapin-cow-under-pin': 'error',
  'fork-share-then-cow': 'error',
  'soft-dirty-then-cow': { '5.10': 'note', '6.12': 'error' },
  'wrprotect-then-cow': { '5.10': 'warning', '6.12': 'error' },
  'ro-longterm-pin-without-unshare': { '5.10': 'warning', '6.12': 'error' },
  'ro-longterm-pin-on-nonanon-private': { '5.10': 'warning', '6.1': 'warning', '6.12': 'error' },
  'cow-under-write-pin': 'error',
  'stale-read-pin': 'note',
  'pinned-page-migrated': 'error',
  'pinned-page-ksm-merged': 'error',
  'pinned-page-collapsed': 'error',
  'pinned-page-replaced': 'error',
  'user-unmapped-pinned-range': 'note',
  'moved-pinned-range': 'note',
  'foreign-pin-reuse': 'error',
  'pinned-page-shared-by-fork': 'note',
  'get-across-fork': 'note',
  'child-uses-parents-pin': 'note',
  'pinned-page-unmapped-for-swap': 'warning',
  'pin-under-device-exclusive': 'note',
  'device-exclusive-livelock': 'warning',
  'device-exclusive-copied-by-fork': 'error',
  'device-exclusive-of-another-page': 'error',
  'exclusive-mark-lost': 'warning',
  'swapin-raced': { '5.10': 'warning', '6.6': 'warning', '6.12': 'note' },
  'long-held-pin': 'note',
  'short-pin': 'note',
  'undirtied-dma-write': 'note',
  'notifier-window': 'note',
  'hmm-snapshot-in-window': 'note',
  'gup-fast-during-fork': 'note',
  'pin-of-unmapped-page': 'note',
  'cow-with-pending-wrprotect-flush': 'note',
  'pin-leak': 'warning',
  'unbalanced-release': 'note',
  'spurious-early-copy': 'note',
  'longterm-pin-refused': 'note',
};

/** A capture in which the rule speaks, and one much like it in which it does not. */
const CAPTURES: readonly [rule: string, fires: string, silent: string][] = [
  ['swapin-cow-under-pin', '5.10/odirect_read_swap.ft', '6.12/odirect_read_swap.ft'],
  ['fork-share-then-cow', '5.10/odirect_read_fork.ft', '6.12/odirect_read_fork.ft'],
  ['soft-dirty-then-cow', '5.10/vmsplice_self_clearrefs.ft', '6.1/pinlab_rw_clearrefs.ft'],
  ['wrprotect-then-cow', '5.10/iouring_fixed_uffdwp.ft', '6.1/odirect_read_uffdwp.ft'],
  ['ro-longterm-pin-without-unshare', '5.10/ro_longterm_shared.ft', '7.2/pinlab_rolt_prefork.ft'],
  ['ro-longterm-pin-on-nonanon-private', '5.10/ro_longterm_private_ext4.ft', '5.10/ro_longterm_shared.ft'],
  ['stale-read-pin', '5.10/vmsplice_self_prefork.ft', '5.10/pinlab_rw_mprotect.ft'],
  ['user-unmapped-pinned-range', '5.10/odirect_read_dontneed.ft', '5.10/odirect_read_quick.ft'],
  ['moved-pinned-range', '7.2/iouring_fixed_mremap.ft', '7.2/iouring_fixed_munmap.ft'],
  ['foreign-pin-reuse', '5.10/vmsplice_child_leak_thp.ft', '5.10/vmsplice_child_leak.ft'],
  ['get-across-fork', '6.1/odirect_read_forkchild.ft', '6.12/odirect_read_forkchild.ft'],
  ['pin-under-device-exclusive', '7.2/excl_after_pin.ft', '7.2/excl_again.ft'],
  ['device-exclusive-livelock', '7.2/excl_again.ft', '7.2/excl_after_pin.ft'],
  ['pin-leak', '5.10/leak_exit.ft', '6.1/late_release.ft'],
  [HARM, '5.10/odirect_read_swap.ft', '6.12/odirect_read_swap.ft'],
  ['pinned-page-migrated', '', '5.10/odirect_read_migrate.ft'],
  ['pinned-page-ksm-merged', '', '6.12/iouring_fixed_ksm.ft'],
  ['pinned-page-collapsed', '', '7.2/iouring_fixed_collapse_small.ft'],
  ['pinned-page-shared-by-fork', '', '6.12/odirect_read_fork.ft'],
  ['pinned-page-unmapped-for-swap', '', '5.10/iouring_fixed_swap.ft'],
];

const run = (text: string, kernel?: string) => check({ name: 'the example', text }, { kernel });

/** What a rule has to say in a report: findings of its own or linked ones, and harm for the rule that only adds it. */
const saidBy = (id: string, findings: readonly Finding[]): Finding[] =>
  findings.filter((f) => f.rule === id || f.also.includes(id) || (id === HARM && f.harm.includes(HARM)));

function examplesOf({ meta }: AnyRule): Examples {
  if (meta.examples === undefined) throw new Error(`${meta.id} has no examples`);
  return meta.examples;
}

const RELEASE = /: (?:bio_end|bio_release|unpin|unpin_\w+|put_folio|grab_undo|pipe_release): /;
const withoutReleases = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !RELEASE.test(line))
    .join('\n');

/** The firing example as recorded without the probes of some kinds: what is left of it shows the rest. */
function withoutKinds(text: string, kinds: readonly string[]): string {
  const names = FUNCTIONS.flatMap(({ entry, ret, events }) => [
    entry !== undefined && kinds.includes(entry) ? events?.[0] : undefined,
    ret !== undefined && kinds.includes(ret) ? events?.[1] : undefined,
  ]);
  return text
    .split('\n')
    .filter((line) => !names.some((name) => name !== undefined && line.includes(`: ${name}: `)))
    .join('\n');
}

const events = (text: string): number => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;

describe.each(BUILT_IN.map((rule) => ({ id: rule.meta.id, rule })))('$id', ({ id, rule }) => {
  it('has short examples with a first line that says what is shown', () => {
    for (const text of Object.values(examplesOf(rule))) {
      expect(text).toMatch(/^# (?:synthetic: )?\S/);
      expect(events(text)).toBeGreaterThanOrEqual(5);
      expect(events(text)).toBeLessThanOrEqual(25);
    }
  });

  it('has examples of which every line is read and understood', async () => {
    const [prepared] = prepareRules([rule]);
    for (const text of Object.values(examplesOf(rule))) {
      const { unreadable, strangers, failures, misreports, unusable } = await runRule(prepared, text, {});
      expect({ unreadable, strangers, failures, misreports, unusable }).toEqual({
        unreadable: [],
        strangers: [],
        failures: [],
        misreports: [],
        unusable: undefined,
      });
    }
  });

  it('is silent in the silent example, and not because it could not decide', async () => {
    const { silent } = examplesOf(rule);
    const { findings, rules } = await run(silent);
    expect(saidBy(id, findings).map(({ message }) => message)).toEqual([]);
    expect(rules.find((one) => one.id === id)?.missing).toEqual([]);
  });

  // its pin is FOLL_LONGTERM and its address maps the page to the end: user space may keep it as long as it likes
  if (id !== 'notifier-window')
    it('does not call the firing example clean when nothing shows the ends of the pins', async () => {
      const { verdict } = await run(withoutReleases(examplesOf(rule).fires));
      expect(verdict).not.toBe('clean');
    });

  it.each(rule.meta.needs.map((anyOf) => [anyOf.join(' or '), withoutKinds(examplesOf(rule).fires, anyOf)] as const))(
    'is not clean in the firing example without %s',
    async (_, text) => {
      if (text === examplesOf(rule).fires) return;
      const { rules } = await run(text);
      expect(rules.find((one) => one.id === id)?.missing).not.toEqual([]);
    },
  );

  if (id === UNDECIDED) return;

  it('reports a finding in the firing example', async () => {
    const { findings } = await run(examplesOf(rule).fires);
    expect(saidBy(id, findings)).not.toEqual([]);
  });

  if (id === HARM) return;

  const severity = SEVERITY[id];
  const byEra = typeof severity === 'string' ? { '5.10': severity, '6.12': severity } : severity;
  it.each(Object.entries(byEra ?? {}))('on %s: %s', async (kernel, expected) => {
    const { findings } = await run(examplesOf(rule).fires, kernel);
    expect(saidBy(id, findings).map((f) => f.severity)).toEqual([expected]);
  });
});

describe('rules without a finding of their own', () => {
  it('lost-dma-write adds its harm to the finding about the drift and makes it an error', async () => {
    const rule = BUILT_IN.find(({ meta }) => meta.id === HARM) as AnyRule;
    const [finding, ...others] = (await run(examplesOf(rule).fires)).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'swapin-cow-under-pin', severity: 'error', harm: [HARM] });
    expect(finding.evidence.map(({ role }) => role)).toContain('i/o end');
    const alone = await check(
      { name: 'the example', text: examplesOf(rule).fires },
      { rules: BUILT_IN.filter((r) => r !== rule) },
    );
    expect(alone.findings).toMatchObject([{ rule: 'swapin-cow-under-pin', severity: 'warning', harm: [] }]);
  });

  it('insufficient-evidence decides between "clean" and "could not be checked"', async () => {
    const { fires, silent } = examplesOf(BUILT_IN.find(({ meta }) => meta.id === UNDECIDED) as AnyRule);
    const open = await run(fires);
    expect(open.findings).toEqual([]);
    expect(open.verdict).toBe('could-not-be-checked');
    expect(open.rules.find(({ id }) => id === UNDECIDED)?.missing).toEqual(['no release was recorded for 1 pin']);
    expect((await run(silent)).verdict).toBe('clean');
  });

  it('insufficient-evidence counts a pin that drifted: a note about it and no release is not clean', async () => {
    const rule = BUILT_IN.find(({ meta }) => meta.id === 'stale-read-pin') as AnyRule;
    const { findings, verdict } = await run(withoutReleases(examplesOf(rule).fires));
    expect(findings.map(({ severity }) => severity)).toEqual(['note']);
    expect(verdict).toBe('could-not-be-checked');
  });
});

describe('what is not recorded', () => {
  const firing = (id: string): string => {
    const rule = BUILT_IN.find(({ meta }) => meta.id === id);
    if (rule === undefined) throw new Error(`no rule ${id}`);
    return examplesOf(rule).fires;
  };

  it.each(['devExcl', 'devExclRet'])(
    'one side of make_device_exclusive(), %s: no trace of it is clean',
    async (kind) => {
      const { verdict } = await run(withoutKinds(firing('device-exclusive-of-another-page'), [kind]));
      expect(verdict).toBe('could-not-be-checked');
    },
  );

  it('remove_migration_pte(): what mapped another page may have been a swap-in, and is not certain', async () => {
    const { findings } = await run(withoutKinds(firing('pinned-page-migrated'), ['migrateIn']));
    expect(findings).toMatchObject([{ rule: 'pinned-page-replaced', severity: 'warning', confidence: 'medium' }]);
  });

  it('a fix of FOLL_PIN is not offered for a page held by FOLL_GET', async () => {
    const { findings } = await run(firing('stale-read-pin'));
    expect(findings.map(({ pin, fixedBy }) => [pin.api, fixedBy])).toEqual([['get_user_pages_fast', []]]);
  });
});

describe('notifier-window', () => {
  const window = (event: string, start: string, end: string) =>
    `rig-191     [001] ....     9.164122: ${event}: (${event === 'mmun_start' ? '__mmu_notifier_invalidate_range_start+0x0/0x1a0' : '__mmu_notifier_invalidate_range_end+0x0/0xd0'}) mm=0xffffa060c1060440 start=${start} end=${end}`;
  const copy = [
    'rig-192     [000] ....     9.554344: wp_fault: (do_wp_page+0x0/0x470) mm=0xffffa060c1060440 addr=0x4bf000 pte=0x800000007fa04025 flags=0x255',
    'rig-192     [000] ....     9.554364: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffee54c0094dc0 mm=0xffffa060c1060440 addr=0x4bf000 compound=0',
    'rig-192     [000] d...     9.554370: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8',
  ];
  const exit =
    'rig-191     [001] ....     9.164037: mm_exit: (exit_mmap+0x0/0x1a0) mm=0xffffa060c1060440 vmemmap=0xffffee54c0000000';
  const whole = ['0x0', '0xffffffffffffffff'] as const;

  it('does not take the last window of a dead mm for one of the next mm at the same pointer', async () => {
    const text = [exit, window('mmun_start', ...whole), window('mmun_end', ...whole), ...copy].join('\n');
    expect(saidBy('notifier-window', (await run(text)).findings)).toEqual([]);
  });

  it('takes a window over a part as evidence of a notifier', async () => {
    const part = ['0x7f6fe21ac000', '0x7f6fe21ec000'] as const;
    const text = [window('mmun_start', ...part), window('mmun_end', ...part), ...copy].join('\n');
    expect(saidBy('notifier-window', (await run(text)).findings)).toHaveLength(1);
  });
});

describe('real captures', () => {
  const fixture = (name: string): string => {
    const path = fileURLToPath(new URL(`../../fixtures/${name}/trace.txt.gz`, import.meta.url));
    if (!existsSync(path)) throw new Error(`no such capture: ${name}`);
    return path;
  };

  // most captures are asked by several rules
  const reports = new Map<string, ReturnType<typeof check>>();
  const findingsIn = async (name: string): Promise<readonly Finding[]> => {
    const report = reports.get(name) ?? check(fixture(name));
    reports.set(name, report);
    return (await report).findings;
  };

  it.each(CAPTURES.filter(([, fires]) => fires !== ''))('%s reports a finding in %s', async (id, fires) => {
    expect(saidBy(id, await findingsIn(fires))).not.toEqual([]);
  });

  it.each(CAPTURES.map(([id, , silent]) => [id, silent]))('%s is silent in %s', async (id, silent) => {
    expect(saidBy(id, await findingsIn(silent)).map(({ message }) => message)).toEqual([]);
  });
});
