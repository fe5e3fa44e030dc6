// Reports what this trace cannot prove. It makes no finding; it keeps the verdict from being "clean".
import { defineRule, type KindName, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';
import { count, grouped, missingEvents, NO_GUP_CALL } from './reasons.ts';

/**
 * User space may keep a FOLL_LONGTERM pin as long as it likes. One that is still held at the end of the trace, and
 * whose address mapped the pinned page all the time, hides nothing.
 */
function inPlace(pin: Pin): boolean {
  const { call, mm, page, where } = pin;
  if (!pin.live || call.kind !== 'PIN' || !call.longterm || pin.drifts > 0) return false;
  if (mm === undefined || page === undefined || where === undefined) return false;
  const entry = mm.entry(where);
  return entry?.state === 'present' && entry.page === page;
}

/** Steps after which a page is no longer mapped at its address, whoever else maps it. */
const EXPLAINS: ReadonlySet<string> = new Set(['wrprotect', 'zap', 'unmap', 'migrate', 'ksm merge', 'collapse']);

export default defineRule({
  meta: {
    id: 'insufficient-evidence',
    summary:
      'Pins whose lifetime the trace does not show completely, and event kinds without which nothing can be concluded.',
    why: 'a trace without unpin events is not clean; nor is one with missing lines, or with pins still open at the end',
    needs: [],
    status: 'stable',
    severity: { all: 'no finding; the verdict becomes "could not be checked"' },
    falsePositives: [],
    references: [],
    fixedBy: [],
    messages: {},
    examples: examplesOf('insufficient-evidence'),
  },
  create(context) {
    const { model } = context;
    const seen = (...kinds: KindName[]) =>
      kinds.some((k) => model.recorded(k) || model.seen(k) > 0 || model.lacking.includes(k));
    let unknownFlags = 0;
    let unmapped = 0;
    let byDevice = 0;
    let shared = 0;
    let sharedHuge = 0;
    let readCopies = 0;
    let unreleased = 0;
    let unended = 0;
    let givenUp = 0;
    let forks = 0;
    let foreign = 0;
    let swapped = 0;
    return {
      fork() {
        forks++;
      },
      reuse({ mm, pins, anon }) {
        if (anon !== false && pins.some((pin) => pin.mm !== mm)) foreign++;
      },
      swapIn({ pins }) {
        for (const pin of pins) if (pin.call.kind === 'PIN' && pin.last('unmap') === undefined) swapped++;
      },
      release({ pin, by }) {
        if (by === 'unseen' && pin.call.kind === 'PIN') unreleased++;
        if (by === 'over') unended++;
        if (by === 'given up') givenUp++;
      },
      pin({ pin }) {
        const { call, entry, pageFrom } = pin;
        if (call.flags === undefined) unknownFlags++;
        // a walk down to a PTE names its page; a lockless walk may have found a hugetlb page
        if (entry.state === undefined && pageFrom !== 'follow') unmapped++;
        if (entry.shared) {
          if (pageFrom === 'folio') sharedHuge++;
          else shared++;
        }
        if (call.caller?.startsWith('make_device_exclusive') === true) byDevice++;
      },
      drift({ drift: { pin, before } }) {
        const explained = before.some(({ role }) => EXPLAINS.has(role));
        if (pin.call.kind === 'PIN' && pin.call.write !== true && !pin.entry.shared && !explained) readCopies++;
      },
      end({ pins }) {
        if (!seen('gup')) context.undecided(NO_GUP_CALL);
        else if (!seen('gupRet'))
          context.undecided('no return of a GUP call was recorded, so it is not known which pages were pinned');
        if (seen('gup') && model.counts.pins === 0 && !model.armed('gup', 'gupRet'))
          context.undecided('no page was pinned during the recording');
        // what is missing from the whole comes before what is not known of some
        for (const sign of missingEvents(model)) context.undecided(sign);
        const { facts, torn } = model;
        if (facts.unsaid !== undefined) context.undecided(facts.unsaid);
        const silent = model.silentCpus();
        if (facts.timeUnit === 'none') context.undecided('the trace has no times');
        if (silent > 0)
          context.undecided(
            `${grouped(silent)} of ${count(facts.cpus ?? 0, 'CPU')} recorded nothing: idle, or left out (tracing_cpumask, per_cpu/)`,
          );
        if (!seen('grab', 'pinPages', 'followPteRet'))
          context.undecided('no event names the pinned pages (try_grab_*, follow_page_pte)');
        if (!seen('newAnon'))
          context.undecided('no event names a new anonymous page (page_add_new_anon_rmap, folio_add_new_anon_rmap)');
        if (!seen('wpFault', 'wpPmd')) context.undecided('no write fault is recorded (do_wp_page)');
        if (unknownFlags > 0)
          context.undecided(
            `the flags of ${count(unknownFlags, 'pin')} are not known, so neither is whether they were for writing`,
          );
        if (unmapped > 0 && !(model.recorded('newHugetlb') && model.recorded('wpHugetlb')))
          context.undecided(
            `${unmapped === 1 ? 'the page mapped at a pinned address is' : `the pages mapped at ${grouped(unmapped)} pinned addresses are`} ` +
              `known only from the pin; if ${unmapped === 1 ? 'it is' : 'one of them is'} hugetlb, only ` +
              'hugetlb_add_new_anon_rmap() and hugetlb_wp() show later changes, and they are not recorded',
          );
        for (const [n, kinds] of [
          [shared, ['wpFaultRet']],
          [sharedHuge, ['wpPmd', 'wpPmdRet']],
        ] as const)
          if (n > 0 && !kinds.every((kind) => model.recorded(kind)))
            context.undecided(
              `${count(n, 'pinned page was', 'pinned pages were')} shared with another process, and who may write to ${n === 1 ? 'it' : 'them'} is not recorded (${kinds[0] === 'wpPmd' ? 'do_huge_pmd_wp_page and its return' : 'return of do_wp_page'})`,
            );
        const device = byDevice + model.seen('devExcl') + model.seen('devExclRet') + model.seen('devRestore');
        if (device > 0 && !(model.recorded('devExcl') && model.recorded('devExclRet')))
          context.undecided(
            'device-exclusive entries were made, but make_device_exclusive() or its return is not recorded',
          );
        if (device > 0 && forks > 0 && !(model.recorded('forkVmaRet') && model.recorded('devRestore')))
          context.undecided(
            'device-exclusive entries were made and a process was forked, but the return of copy_page_range() or restore_exclusive_pte() is not recorded',
          );
        if (foreign > 0 && !model.recorded('forkVma'))
          context.undecided(
            `${count(foreign, 'page')} that a pin of another process holds became writable, and no fork is recorded (copy_page_range), so it is not known whether the processes share ${foreign === 1 ? 'it' : 'them'} on purpose`,
          );
        if (forks > 0 && !model.recorded('mmExit'))
          context.undecided(
            'a process was forked and no end of an address space is recorded (exit_mmap), so it is not known which task uses which',
          );
        if (seen('ksmMerge') && !model.recorded('anonRmap') && !model.recorded('ksmMergeRet'))
          context.undecided(
            'pages were merged by KSM, and neither the return of try_to_merge_one_page() nor folio_add_anon_rmap_ptes() is recorded',
          );
        if (swapped > 0)
          context.undecided(
            `${count(swapped, 'pinned page was', 'pinned pages were')} swapped in, and no unmapping for swap is recorded (try_to_unmap_one)`,
          );
        if (readCopies > 0 && !model.recorded('forkVma'))
          context.undecided(
            'a page pinned for reading was replaced and no fork is recorded, so it is not known whether the page was shared when it was pinned',
          );
        if (unreleased > 0)
          context.undecided(
            `${count(unreleased, 'page was', 'pages were')} reused without a recorded release of the pin on ` +
              `${unreleased === 1 ? 'it' : 'them'}`,
          );
        if (unended > 0)
          context.undecided(
            `the end of the I/O on ${count(unended, 'pinned page')} was not recorded; a probe hit inside ` +
              'another probe is missed (kprobe_profile counts these)',
          );
        if (torn.pages > 0)
          context.undecided(
            `${count(torn.pages, 'page pointer does', 'page pointers do')} not point to a struct page, unlike the others`,
          );
        if (torn.absurd > 0)
          context.undecided(
            `${count(torn.absurd, 'line has a number', 'lines have numbers')} that no kernel prints there`,
          );
        if (torn.exits > 0)
          context.undecided(
            `the end of ${count(torn.exits, 'address space')} (exit_mmap) is missing, although the tasks in it have exited`,
          );
        if (model.counts.withoutMm > 0)
          context.undecided(`the address space of ${count(model.counts.withoutMm, 'pin')} is not known`);
        if (seen('wpHugetlb') && !seen('newHugetlb'))
          context.undecided('no event names a new hugetlb page (hugetlb_add_new_anon_rmap)');
        const open = pins.filter((p) => p.owner !== 'transient' && !inPlace(p));
        const unknown = open.filter((p) => p.page === undefined).length;
        if (unknown > 0) context.undecided(`the page of ${count(unknown, 'pin')} is not known`);
        const unseen = open.length - unknown + givenUp;
        if (unseen > 0) context.undecided(`no release was recorded for ${count(unseen, 'pin')}`);
        const { begun, claimed, cut, outcomes, strayed, teed, untold, vanished } = model.counts;
        if (teed > 0)
          context.undecided(
            `${count(teed, 'page was', 'pages were')} in more than one pipe (tee()) and became writable before the last of them released ${teed === 1 ? 'it' : 'them'}`,
          );
        if (vanished > 0)
          context.undecided(
            `${count(vanished, 'pinned page was', 'pinned pages were')} unmapped for migration, and no line shows what was mapped back (folio_add_anon_rmap_ptes, folio_add_anon_rmap_pmd)`,
          );
        if (strayed > 0)
          context.undecided(
            `${count(strayed, 'pinned page')} appeared at another address of the same process, and no move is recorded (move_page_tables)`,
          );
        if (outcomes > 0)
          context.undecided(
            `${count(outcomes, 'write fault')} on a pinned page that another process maps too: no line shows whether the page was copied`,
          );
        if (cut > 0) context.undecided(`${count(cut, 'pin was', 'pins were')} held where another capture begins`);
        if (begun > 0)
          context.undecided(
            `the trace begins inside calls that returned ${count(begun, 'page')}; no line names ${begun === 1 ? 'it' : 'them'}`,
          );
        if (claimed > 0)
          context.undecided(`lines mention ${count(claimed, 'page')} that nothing else in the trace shows`);
        if (untold > 0) context.undecided(`${count(untold, 'page was', 'pages were')} released that no line names`);
        if (model.counts.unmatched > 0)
          context.undecided(`${count(model.counts.unmatched, 'release')} of pins whose start is not in the trace`);
      },
    };
  },
});
