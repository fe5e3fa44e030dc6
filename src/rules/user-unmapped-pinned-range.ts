// Somebody unmapped a pinned range. This is not a kernel bug, but worth reporting.
import { type At, type Doubt, type Drift, defineRule, type Pin, type Step } from './contract.ts';
import { examplesOf } from './examples.ts';
import { faultedAgain, mayBeOthers, unmapping } from './unmapping.ts';

/** Ways to map a page where nothing was; khugepaged fills up to max_ptes_none holes. */
const FILLS: ReadonlySet<Drift['via']> = new Set(['fault', 'cow', 'observed', 'collapse', 'move']);

/** Messages where nothing was mapped again, by who unmapped. */
const GONE = { own: 'gone', unknown: 'unknownGone', foreign: 'foreignGone', kernel: 'kernelGone' } as const;
/** ... or what was is not recorded. */
const AGAIN = { own: 'again', unknown: 'unknownAgain', foreign: 'foreignAgain', kernel: 'kernelAgain' } as const;
const CAUSE = {
  own: 'the process unmapped the range it had pinned',
  unknown: 'a task unmapped the range, and no line shows whether it is of the process',
  foreign: 'another process unmapped the range',
  kernel: 'a kernel thread unmapped the range',
} as const;
const OTHERS_ADVICE =
  'find out who changes this memory: somebody who ends the process, or who truncates the mapped file or writes to it directly';

export default defineRule({
  meta: {
    id: 'user-unmapped-pinned-range',
    summary: 'The process unmapped the range it had pinned (munmap, MADV_DONTNEED) and got another page there.',
    why:
      'the pin keeps the old page alive for the device, and the next access to the address maps a new page; the kernel ' +
      'did what it was asked to do',
    needs: [['gup'], ['newAnon'], ['zap']],
    status: 'stable',
    severity: {
      all: 'note; warning when another process or a kernel thread did it and the address maps another page',
    },
    falsePositives: ['none known'],
    references: [
      'Documentation/core-api/pin_user_pages.rst',
      'invalidate_inode_pages2_range(), mm/truncate.c: a direct write or a file server drops pages from the page cache',
      '__oom_reap_task_mm(), mm/oom_kill.c: oom_reaper and process_mrelease() empty a process that is being killed',
    ],
    fixedBy: [],
    advice: 'unregister the buffer, or wait for the I/O, before unmapping the memory',
    messages: {
      gone: 'the process itself unmapped the pinned page {pinned}; nothing was mapped there again',
      again:
        'the process itself unmapped the pinned page {pinned}; it faulted there again, and no line names the page it got',
      away: 'the process itself moved the pinned page {pinned} to another address (UFFDIO_MOVE); the old address now maps {mapped}',
      own: 'the process itself unmapped the pinned page {pinned}; the address now maps {mapped}',
      unknown:
        'the process itself or another one (no line shows which) unmapped the pinned page {pinned}; the address now maps {mapped}',
      unknownGone:
        'the process itself or another one (no line shows which) unmapped the pinned page {pinned}; nothing was mapped there again',
      unknownAgain:
        'the process itself or another one (no line shows which) unmapped the pinned page {pinned}; the process faulted there again, and no line names the page it got',
      foreign: 'another process unmapped the pinned page {pinned}; the address now maps {mapped}',
      foreignGone: 'another process unmapped the pinned page {pinned}; nothing was mapped there again',
      foreignAgain:
        'another process unmapped the pinned page {pinned}; the process faulted there again, and no line names the page it got',
      kernel: 'a kernel thread unmapped the pinned page {pinned}; the address now maps {mapped}',
      kernelGone: 'a kernel thread unmapped the pinned page {pinned}; nothing was mapped there again',
      kernelAgain:
        'a kernel thread unmapped the pinned page {pinned}; the process faulted there again, and no line names the page it got',
    },
    overrides: [
      'cow-under-write-pin',
      'stale-read-pin',
      'fork-share-then-cow',
      'swapin-cow-under-pin',
      'wrprotect-then-cow',
      'soft-dirty-then-cow',
      'ro-longterm-pin-without-unshare',
      'ro-longterm-pin-on-nonanon-private',
      'pinned-page-replaced',
      'pinned-page-collapsed',
    ],
    examples: examplesOf('user-unmapped-pinned-range'),
  },
  create(context) {
    // weak: most pins are long over when the trace ends
    const told = new WeakSet<Pin>();
    const tell = (pin: Pin, step: Step, drift: Drift | undefined, at: At, unseen = false) => {
      if (pin.owner === 'transient' || (drift === undefined && told.has(pin))) return;
      told.add(pin);
      const isOwn = step.foreign === false || !mayBeOthers(pin, step);
      const who = step.kernel ? 'kernel' : step.foreign ? 'foreign' : isOwn ? 'own' : 'unknown';
      const isNote = who === 'own' || who === 'unknown';
      const moved = step.role === 'move away';
      const again = drift === undefined && faultedAgain(pin, step);
      const doubts: Doubt[] = [];
      if (unseen)
        doubts.push({ cap: 'low', because: 'the release is not recorded and may have come before the unmapping' });
      // unmap_mapping_range() with even_cows = 0
      if (!isNote && drift === undefined && !pin.entry.file)
        doubts.push({
          cap: 'medium',
          because: 'where only the pages of a file are unmapped, the copies of a private mapping stay',
        });
      if (isNote && step.foreign === undefined)
        doubts.push({ cap: 'medium', because: 'no line shows that the task that unmapped it belongs to the process' });
      context.report({
        messageId: drift === undefined ? (again ? AGAIN : GONE)[who] : moved ? 'away' : who,
        drift,
        at,
        pin,
        cause: moved ? 'the process moved the page it had pinned' : CAUSE[who],
        severity: !isNote && drift !== undefined ? 'warning' : 'note',
        selfInflicted: isNote,
        advice: who === 'own' ? undefined : OTHERS_ADVICE,
        doubts,
        path: [step],
      });
    };
    const open = new Set<Pin>();
    const tellGone = (pin: Pin, at?: At, unseen = false) => {
      const step = pin.drifts === 0 ? unmapping(pin, pin.steps) : undefined;
      if (step !== undefined) tell(pin, step, undefined, at ?? step.at, unseen);
    };
    return {
      zap({ pins }) {
        for (const pin of pins) open.add(pin);
      },
      drift({ drift }) {
        // mremap() unmaps what is at the new place
        const step =
          unmapping(drift.pin, drift.before, drift.via) ?? (drift.via === 'move' ? drift.before.at(-1) : undefined);
        if (step === undefined || !FILLS.has(drift.via)) return;
        open.delete(drift.pin);
        tell(drift.pin, step, drift, drift.at);
      },
      release({ pin, at, by }) {
        if (open.delete(pin)) tellGone(pin, at, by === 'unseen');
      },
      end() {
        for (const pin of open) tellGone(pin);
      },
    };
  },
});
