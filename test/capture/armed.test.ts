// Why: "it did not happen" is the strongest thing that is said of a trace, so it must rest on what was recorded.
import { describe, expect, it } from 'vitest';
import { stillOf } from '../../src/engine/needs.ts';
import { armedKinds, missedBy } from '../../src/engine/reading/armed.ts';
import { Model } from '../../src/model/model.ts';
import { definitionsIn, readRecorded } from '../../src/parsers/detect/recorded.ts';
import { newRecorded, type Recorded } from '../../src/parsers/formats/head.ts';
import { OWN_CATALOGUE } from '../../src/vocabulary/catalogue.ts';
import { KIND_NAMES, Kind, type KindName } from '../../src/vocabulary/kinds.ts';

const seen = (...kinds: KindName[]) => {
  const counts = new Uint32Array(KIND_NAMES.length);
  for (const kind of kinds) counts[Kind[kind]] = 1;
  return counts;
};

function recordedBy(...lines: string[]): Recorded {
  const recorded = newRecorded();
  for (const line of lines) readRecorded(`# pindrift-${line}`, recorded);
  return recorded;
}

/** Nothing of these kinds happened, as check asks it. */
function isStill(recorded: Recorded, counts: Uint32Array, ...kinds: KindName[]): boolean {
  const model = new Model();
  model.seen.set(counts);
  model.facts = { ...model.facts, ...armedKinds(OWN_CATALOGUE, recorded, counts, '6.12') };
  return stillOf([kinds], model).length === 1;
}

const SOFT = [
  'armed: p:pindrift/softdirty clear_refs_pte_range mm=walk->mm:x64 start=addr:x64 end=end:x64',
  'hits: softdirty 0 0',
];

describe('what was armed', () => {
  it('is read from the head of a capture', () => {
    const recorded = recordedBy(
      'release: 6.12.117+deb13-amd64',
      'armed: r64:pindrift/wp_fault_ret do_wp_page ret=$retval:x32',
      'armed: f:pindrift/pin_pages gup_fast_fallback%return start=start:x64 p1=+8(pages):x64',
      'event: syscalls/sys_enter_munmap',
      'hits: wp_fault_ret 111 2',
      'hits: pin_pages - -',
      'absent: dev_excl make_device_exclusive',
      'refused: wp_copy wp_page_copy several functions have this name',
      'lost: cpu=0 entries=2 overrun=5 commit-overrun=1 dropped=3',
      'a-key-of-later: whatever',
    );
    expect(recorded).toMatchObject({
      release: '6.12.117+deb13-amd64',
      armed: [
        { event: 'wp_fault_ret', symbol: 'do_wp_page', isReturn: true, hits: 111, missed: 2 },
        { event: 'pin_pages', symbol: 'gup_fast_fallback', isReturn: true, fields: ['start', 'p1'] },
      ],
      tracepoints: ['sys_enter_munmap'],
      absent: ['dev_excl'],
      refused: ['wp_copy'],
      cpus: 1,
      dropped: 4,
    });
    expect(recorded.armed[1].hits).toBeUndefined();
    expect(missedBy(recorded, OWN_CATALOGUE)).toEqual(['the probe missed 2 returns of do_wp_page']);
  });

  it('is read from a copy of dynamic_events, whatever its group', () => {
    expect(
      definitionsIn('p:kprobes/mine do_wp_page mm=+16(%di):x64\nnot a line\nr8:x/y do_swap_page\n').map(
        (one) => one.event,
      ),
    ).toEqual(['mine', 'y']);
  });

  it('and was never hit and never seen did not happen', () => {
    expect(isStill(recordedBy(...SOFT), seen(), 'softDirty')).toBe(true);
    expect(isStill(recordedBy(...SOFT), seen(), 'mmExit')).toBe(false);
  });

  it.each([
    ['it is in the trace', recordedBy(...SOFT), seen('softDirty')],
    ['it was hit, and is not in the trace', recordedBy(SOFT[0], 'hits: softdirty 3 0'), seen()],
    ['its probe missed calls', recordedBy(SOFT[0], 'hits: softdirty 0 1'), seen()],
    [
      'its probe does not fetch what the rules read',
      recordedBy('armed: p:pindrift/softdirty clear_refs_pte_range start=addr:x64'),
      seen(),
    ],
    ['nobody armed it', recordedBy('refused: softdirty clear_refs_pte_range no memory'), seen()],
  ])('says nothing where %s', (_, recorded, counts) => {
    expect(isStill(recorded, counts, 'softDirty')).toBe(false);
  });

  it('asks for every probe of a kind that the kernel has', () => {
    const grab = 'armed: p:pindrift/grab_fast try_grab_folio_fast page=page:x64 refs=refs:s32 flags=flags:x32';
    const slow = 'armed: p:pindrift/grab_slow try_grab_folio page=folio:x64 refs=refs:s32 flags=flags:x32';
    const still = (...lines: string[]) => isStill(recordedBy(...lines), seen(), 'grab');
    expect(still(grab)).toBe(false);
    expect(still(grab, 'refused: grab_slow try_grab_folio no memory')).toBe(false);
    expect(still(grab, slow)).toBe(true);
    expect(still(grab, 'absent: grab_slow try_grab_folio')).toBe(true);
  });

  it('of several kinds: each did not happen, or is nothing this kernel has', () => {
    const un = [
      'armed: p:pindrift/unpin unpin_user_page page=page:x64',
      'armed: p:pindrift/put_folio gup_put_folio page=folio:x64 refs=refs:s32',
    ];
    const still = (...lines: string[]) =>
      isStill(recordedBy(...un, ...lines), seen(), 'putFolio', 'unpin', 'unpinFolio');
    expect(still()).toBe(false);
    expect(still('absent: unpin_folio unpin_user_folio', 'absent: grab_undo put_compound_head')).toBe(true);
  });
});
