// Why: what makes a whole trace insufficient is a long list of unrelated facts. Each is one entry here, a question to
// the model and the words for its answer, in the order in which reports show them.
import type { KindName, Model, Pin } from './contract.ts';
import { count, grouped, missingEvents, NO_GUP_CALL } from './reasons.ts';

/** What events showed while the trace was replayed, counted. */
export class Shown {
  /** pins without flags */
  unknownFlags = 0;
  /** pins at whose address nothing had been seen */
  unmapped = 0;
  /** pins by make_device_exclusive() */
  byDevice = 0;
  /** pins of a page that was shared, of part of a shared folio, and of a shared page of hugetlb */
  shared = 0;
  sharedHuge = 0;
  sharedHugetlb = 0;
  /** replaced pages that were pinned for reading */
  readCopies = 0;
  /** FOLL_PIN pins whose page was reused without a release */
  unreleased = 0;
  /** pins of I/O whose end was not recorded */
  unended = 0;
  /** pins that are not followed any longer */
  givenUp = 0;
  /** pages that another process unmapped, and what was mapped there since is not known */
  replaced = 0;
  /** unmappings of pages that were replaced, by a task of which no line showed that it runs there */
  strange = 0;
  forks = 0;
  /** pages that became writable while another process had a pin on them */
  foreign = 0;
  /** pinned pages swapped in without an unmap */
  swapped = 0;
}

interface Evidence {
  readonly model: Model;
  readonly shown: Shown;
  /** pins held at the end of which this says something */
  readonly open: readonly Pin[];
}

/** Why this evidence is not sufficient; nothing if it is, in this respect. */
type Question = (evidence: Evidence) => string | false | readonly string[] | undefined;

const it = (n: number): string => (n === 1 ? 'it' : 'them');

/** Some of these kinds were recorded, complete or not. */
const seen = (model: Model, ...kinds: readonly KindName[]): boolean =>
  kinds.some((kind) => model.recorded(kind) || model.seen(kind) > 0 || model.lacking.includes(kind));

const recorded = (model: Model, ...kinds: readonly KindName[]): boolean => kinds.every((kind) => model.recorded(kind));

const devices = ({ model, shown }: Evidence): number =>
  shown.byDevice +
  (['devExcl', 'devExclRet', 'devExclOne', 'devRestore'] as const).reduce((n, kind) => n + model.seen(kind), 0);

/** A page that several processes share, and no event shows who may write to it. */
const sharing = (n: number, events: string): string =>
  `${count(n, 'pinned page was', 'pinned pages were')} shared with another process, and who may write to ${it(n)} is not recorded (${events})`;

const unknownOf = (open: readonly Pin[]): number => open.filter((pin) => pin.page === undefined).length;

/** Calls and pages without which nothing is known, and what is missing from the whole trace. */
const WHOLE: readonly Question[] = [
  ({ model }) =>
    !seen(model, 'gup')
      ? NO_GUP_CALL
      : !seen(model, 'gupRet') && 'no return of a GUP call was recorded, so it is not known which pages were pinned',
  ({ model }) =>
    seen(model, 'gup') &&
    model.counts.pins === 0 &&
    !model.armed('gup', 'gupRet') &&
    'no page was pinned during the recording',
  // what is missing from the whole comes before what is not known of some
  ({ model }) => missingEvents(model),
  ({ model }) => model.facts.unsaid,
  ({ model }) => model.facts.timeUnit === 'none' && 'the trace has no times',
  ({ model }) => {
    const silent = model.silentCpus();
    const { cpus } = model.facts;
    const which =
      cpus === undefined ? `at least ${count(silent, 'CPU')}` : `${grouped(silent)} of ${count(cpus, 'CPU')}`;
    return silent > 0 && `${which} recorded nothing: idle, or left out (tracing_cpumask, per_cpu/)`;
  },
  ({ model }) =>
    !seen(model, 'grab', 'pinPages', 'followPteRet') && 'no event names the pinned pages (try_grab_*, follow_page_pte)',
  ({ model }) =>
    !seen(model, 'newAnon') && 'no event names a new anonymous page (page_add_new_anon_rmap, folio_add_new_anon_rmap)',
  ({ model }) => !seen(model, 'wpFault', 'wpPmd') && 'no write fault is recorded (do_wp_page)',
];

/** Something happened, and an event that decides what it meant is not recorded. */
const HAPPENED: readonly Question[] = [
  ({ shown: { unknownFlags: n } }) =>
    n > 0 && `the flags of ${count(n, 'pin')} are not known, so neither is whether they were for writing`,
  ({ model, shown: { unmapped: n } }) =>
    n > 0 &&
    !recorded(model, 'newHugetlb', 'wpHugetlb') &&
    `${n === 1 ? 'the page mapped at a pinned address is' : `the pages mapped at ${grouped(n)} pinned addresses are`} ` +
      `known only from the pin; if ${n === 1 ? 'it is' : 'one of them is'} hugetlb, only ` +
      'hugetlb_add_new_anon_rmap() and hugetlb_wp() show later changes, and they are not recorded',
  ({ model, shown: { shared: n } }) => n > 0 && !recorded(model, 'wpFaultRet') && sharing(n, 'return of do_wp_page'),
  ({ model, shown: { sharedHuge: n } }) =>
    n > 0 && !recorded(model, 'wpPmd', 'wpPmdRet') && sharing(n, 'do_huge_pmd_wp_page and its return'),
  ({ model, shown: { sharedHugetlb: n } }) => n > 0 && !recorded(model, 'wpHugetlb') && sharing(n, 'hugetlb_wp'),
  (evidence) =>
    devices(evidence) > 0 &&
    !(
      recorded(evidence.model, 'devExcl', 'devExclRet') ||
      recorded(evidence.model, 'devExcl', 'devExclOne', 'devExclEnd', 'clearFlush')
    ) &&
    'device-exclusive entries were made, but make_device_exclusive() or its return is not recorded (up to v6.14: ' +
      'make_device_exclusive_range(), its return, page_make_device_exclusive_one() or ptep_clear_flush())',
  ({ model }) =>
    model.counts.exclusiveForks > 0 &&
    !recorded(model, 'forkVmaRet', 'devRestore') &&
    'device-exclusive entries were made and their process was forked, but the return of copy_page_range() or restore_exclusive_pte() is not recorded',
  ({ model, shown: { foreign: n } }) =>
    n > 0 &&
    !recorded(model, 'forkVma') &&
    `${count(n, 'page')} that a pin of another process holds became writable, and no fork is recorded (copy_page_range), so it is not known whether the processes share ${it(n)} on purpose`,
  ({ model, shown }) =>
    shown.forks > 0 &&
    !recorded(model, 'mmExit') &&
    'a process was forked and no end of an address space is recorded (exit_mmap), so it is not known which task uses which',
  ({ model }) =>
    seen(model, 'ksmMerge') &&
    !model.recorded('anonRmap') &&
    !model.recorded('ksmMergeRet') &&
    'pages were merged by KSM, and neither the return of try_to_merge_one_page() nor folio_add_anon_rmap_ptes() is recorded',
  ({ shown: { swapped: n } }) =>
    n > 0 &&
    `${count(n, 'pinned page was', 'pinned pages were')} swapped in, and no unmapping for swap is recorded (try_to_unmap_one)`,
  ({ model, shown }) =>
    shown.readCopies > 0 &&
    !recorded(model, 'forkVma') &&
    'a page pinned for reading was replaced and no fork is recorded, so it is not known whether the page was shared when it was pinned',
  ({ shown: { unreleased: n } }) =>
    n > 0 && `${count(n, 'page was', 'pages were')} reused without a recorded release of the pin on ${it(n)}`,
  ({ shown: { unended: n } }) =>
    n > 0 &&
    `the end of the I/O on ${count(n, 'pinned page')} was not recorded; a probe hit inside ` +
      'another probe is missed (kprobe_profile counts these)',
];

/** Lines that cannot be true, or that nothing else confirms. */
const DOUBTFUL: readonly Question[] = [
  ({ model: { torn } }) =>
    torn.pages > 0 &&
    `${count(torn.pages, 'page pointer does', 'page pointers do')} not point to a struct page, unlike the others`,
  ({ model: { torn } }) =>
    torn.absurd > 0 && `${count(torn.absurd, 'line has a number', 'lines have numbers')} that no kernel prints there`,
  ({ model: { torn } }) =>
    torn.exits > 0 &&
    `the end of ${count(torn.exits, 'address space')} (exit_mmap) is missing, although the tasks in it have exited`,
];

/** Pins and pages that the trace does not show completely. */
const PINS: readonly Question[] = [
  ({ model: { counts } }) =>
    counts.withoutMm > 0 && `the address space of ${count(counts.withoutMm, 'pin')} is not known`,
  ({ model }) =>
    seen(model, 'wpHugetlb') &&
    !seen(model, 'newHugetlb') &&
    'no event names a new hugetlb page (hugetlb_add_new_anon_rmap)',
  ({ open }) => unknownOf(open) > 0 && `the page of ${count(unknownOf(open), 'pin')} is not known`,
  ({ open, shown }) => {
    const unseen = open.length - unknownOf(open) + shown.givenUp;
    return unseen > 0 && `no release was recorded for ${count(unseen, 'pin')}`;
  },
  ({ shown }) =>
    shown.strange > 0 &&
    `${count(shown.strange, 'pinned page was', 'pinned pages were')} unmapped and replaced, and no line before that shows whether the task that unmapped belongs to the process`,
  ({ shown }) =>
    shown.replaced > 0 &&
    `${count(shown.replaced, 'pinned page was', 'pinned pages were')} unmapped by others, the process faulted there again, and no line names the page it got`,
  ({ model: { counts } }) =>
    counts.teed > 0 &&
    `${count(counts.teed, 'page was', 'pages were')} in a pipe more often than lines show (tee(), vmsplice() again), and became writable before the last release of ${it(counts.teed)}`,
  ({ model: { counts } }) =>
    counts.vanished > 0 &&
    `${count(counts.vanished, 'pinned page was', 'pinned pages were')} unmapped for migration, and no line shows what was mapped back (folio_add_anon_rmap_ptes, folio_add_anon_rmap_pmd)`,
  ({ model: { counts } }) =>
    counts.unmapped > 0 &&
    `${count(counts.unmapped, 'pinned page was', 'pinned pages were')} unmapped some time after a swap-in, and no line shows whether for swap again`,
  ({ model: { counts } }) =>
    counts.strayed > 0 &&
    `${count(counts.strayed, 'pinned page')} appeared at another address of the same process, and no move is recorded (move_page_tables)`,
  ({ model: { counts } }) =>
    counts.outcomes > 0 &&
    `${count(counts.outcomes, 'write fault')} on a pinned page that another process maps too: no line shows whether the page was copied`,
  ({ model: { counts } }) =>
    counts.cut > 0 && `${count(counts.cut, 'pin was', 'pins were')} held where another capture begins`,
  ({ model: { counts } }) =>
    counts.begun > 0 &&
    `the trace begins inside calls that returned ${count(counts.begun, 'page')}; no line names ${it(counts.begun)}`,
  ({ model: { counts } }) =>
    counts.claimed > 0 && `lines mention ${count(counts.claimed, 'page')} that nothing else in the trace shows`,
  ({ model: { counts } }) =>
    counts.untold > 0 && `${count(counts.untold, 'page was', 'pages were')} released that no line names`,
  ({ model: { counts } }) =>
    counts.unseenReads > 0 &&
    `${count(counts.unseenReads, 'page was', 'pages were')} replaced or unmapped while a device read into ${it(counts.unseenReads)}, and no line shows who pinned ${it(counts.unseenReads)}`,
  ({ model: { counts } }) =>
    counts.unmatched > 0 && `${count(counts.unmatched, 'release')} of pins whose start is not in the trace`,
];

/** Everything that keeps a trace from being called clean, in words. */
export const insufficiencies = (evidence: Evidence): string[] =>
  [...WHOLE, ...HAPPENED, ...DOUBTFUL, ...PINS].flatMap((question) => question(evidence) || []);
