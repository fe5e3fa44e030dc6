// Reports that every reporter is tested with: a real story, a trace that cannot tell, a clean one, and one whose
// every word was chosen by somebody who does not wish us well.

import type { Finding } from '../../src/contract/finding.ts';
import type { CheckReport, RuleOutcome, TraceInfo } from '../../src/contract/report.ts';

const RULES = [
  'cow-under-write-pin',
  'swapin-cow-under-pin',
  'fork-share-then-cow',
  'pinned-page-shared-by-fork',
  'foreign-pin-reuse',
  'wrprotect-then-cow',
  'user-unmapped-pinned-range',
  'pinned-page-unmapped-for-swap',
];

function rules(...decided: RuleOutcome[]): RuleOutcome[] {
  return RULES.map(
    (id) => decided.find((rule) => rule.id === id) ?? { id, verdict: 'clean', findings: 0, missing: [] },
  );
}

function trace(parts: Partial<TraceInfo> = {}): TraceInfo {
  return {
    path: 'odirect_read_swap/trace.txt.gz',
    format: 'ftrace',
    variant: '4-character irq-info',
    kernel: '5.10.0-32-amd64',
    era: '5.10',
    eraFrom: 'probed functions',
    clock: 'local',
    timeUnit: 'ns',
    cpus: 2,
    lines: 1310,
    events: 1299,
    mmEvents: 1084,
    bytes: 171889,
    lineKinds: { event: 1299, header: 11, blank: 0, stack: 0, lost: 0, function: 0, record: 0, bad: 0 },
    losses: [],
    firstTime: 305_406_000,
    lastTime: 1_252_410_000,
    pins: { seen: 3, released: 3, presumed: 0, open: 0 },
    ...parts,
  };
}

/** The seed story as captured on 5.10: pin, unmap for swap, swap-in, copy; then the read ends in the old page. */
function swapinFinding(parts: Partial<Finding> = {}): Finding {
  return {
    n: 1,
    rule: 'swapin-cow-under-pin',
    also: ['cow-under-write-pin', 'pinned-page-unmapped-for-swap'],
    severity: 'error',
    confidence: 'certain',
    doubts: [],
    selfInflicted: false,
    harm: ['lost-dma-write'],
    pin: {
      pid: 158,
      tgid: 157,
      comm: 'scn',
      mm: '0xffffa08d01063300',
      address: '0x7f02b2792000',
      pfn: '0x7fb7d',
      page: '0xfffff334c1fedf40',
      api: 'get_user_pages_fast',
      caller: 'iov_iter_get_pages+0xd4',
      flags: ['FOLL_GET', 'FOLL_WRITE'],
      time: 385_083_000,
    },
    mapping: { pfn: '0x7fb6a', page: '0xfffff334c1feda80' },
    cause: 'copied on a write fault after the swap-in',
    evidence: [
      {
        role: 'pin',
        line: 331,
        offset: 44181,
        time: 385_066_000,
        cpu: 0,
        pid: 158,
        task: 'scn-158',
        fn: 'get_user_pages_fast',
        what: 'pfn 0x7fb7d  FOLL_GET|FOLL_WRITE',
        text: '             scn-158     [000] d...    20.385066: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xfffff334c1fedf40',
      },
      {
        role: 'unmap',
        line: 599,
        offset: 81139,
        time: 539_985_000,
        cpu: 1,
        pid: 157,
        task: 'scn-157',
        fn: 'try_to_unmap_one',
        what: 'PTE -> swap entry of pfn 0x7fb7d',
        text: '             scn-157     [001] ....    20.539985: unmap_one: (try_to_unmap_one+0x0/0xd20) page=0xfffff334c1fedf40 mm=0xffffa08d01063300 addr=0x7f02b2792000 ref=4 map=0',
      },
      {
        role: 'swap-in',
        line: 639,
        offset: 86449,
        time: 546_504_000,
        cpu: 1,
        pid: 157,
        task: 'scn-157',
        fn: 'do_swap_page',
        what: 'pfn 0x7fb7d mapped read-only',
        text: '             scn-157     [001] ....    20.546504: anon_rmap: (do_page_add_anon_rmap+0x0/0x200) page=0xfffff334c1fedf40 mm=0xffffa08d01063300 addr=0x7f02b2792000 rflags=0x0',
      },
      {
        role: 'copy',
        line: 648,
        offset: 87646,
        time: 546_834_000,
        cpu: 1,
        pid: 157,
        task: 'scn-157',
        fn: 'do_wp_page',
        what: 'pfn 0x7fb7d -> 0x7fb6a',
        text: '             scn-157     [001] ....    20.546834: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c1feda80 mm=0xffffa08d01063300 addr=0x7f02b2792000 compound=0',
      },
      {
        role: 'i/o end',
        line: 660,
        offset: 89238,
        time: 1_193_594_000,
        cpu: 0,
        pid: 0,
        task: '<idle>-0',
        fn: 'bio_endio',
        what: 'READ 512 bytes into pfn 0x7fb7d',
        text: '          <idle>-0       [000] d.h.    21.193594: bio_end: (bio_endio+0x0/0x110) bio=0xffffaecec0557d28 status=0',
      },
    ],
    message: "the read's 512 bytes went to pfn 0x7fb7d; the process sees pfn 0x7fb6a",
    why: 'the swap entry did not record that the page was exclusive, so the write fault saw an extra reference and copied the page',
    fixedBy: ['1493a1913e34 ("mm/swap: remember PG_anon_exclusive via a swp pte bit") (in v5.19)'],
    advice: 'move to a kernel with the fix; until then keep buffers of in-flight O_DIRECT reads out of reclaim (mlock)',
    fingerprint: '7d1f0c5a92e4b683',
    formerFingerprints: ['0b1f0c5a92e4b683'],
    trace: 0,
    ...parts,
  };
}

/** 5.10, O_DIRECT read while the buffer is paged out: lost. */
export function odirect(): CheckReport {
  return {
    schema: 'pindrift.check/1',
    verdict: 'violated',
    traces: [trace()],
    rules: rules({ id: 'swapin-cow-under-pin', verdict: 'violated', findings: 1, missing: [] }),
    findings: [swapinFinding()],
  };
}

/** The same with the call chain of the copy, as the `stacktrace` option of ftrace prints it. */
export function withStack(): CheckReport {
  const report = odirect();
  const copy = report.findings[0]?.evidence.find((step) => step.role === 'copy');
  if (copy !== undefined) {
    copy.stack = [' => page_add_new_anon_rmap', ' => wp_page_copy', " => [unknown/kretprobe'd]"];
  }
  return report;
}

/** No releases were recorded, and events were lost: it may hold, nobody knows. */
export function undecided(): CheckReport {
  const missing = ['unpin_user_pages, bio_release_pages'];
  const open = (id: string, reasons: string[]): RuleOutcome => ({
    id,
    verdict: 'could-not-be-checked',
    findings: 0,
    missing: reasons,
  });
  return {
    schema: 'pindrift.check/1',
    verdict: 'could-not-be-checked',
    traces: [
      trace({
        path: 'lost/trace.txt',
        variant: '',
        kernel: undefined,
        era: undefined,
        eraFrom: 'no header, and the probes fit 5.10 to 6.12',
        clock: undefined,
        losses: [
          { kind: 'lost-events', count: 23, cpu: 1, line: 1042, time: 4_000_000, reason: 'the ring buffer was full' },
          { kind: 'lost-events', count: 77, cpu: 1, line: 2210, time: 5_000_000, reason: 'the ring buffer was full' },
          { kind: 'lost-events', cpu: 0, line: 2301, reason: 'the trace does not say how many' },
          { kind: 'overwritten', count: 5120, reason: 'entries-in-buffer/entries-written' },
          {
            kind: 'bad-line',
            count: 2,
            line: 17,
            reason: 'no event name',
            samples: [
              { line: 17, text: 'garbage' },
              { line: 18, text: 'more garbage' },
            ],
          },
        ],
        pins: { seen: 12, released: 0, presumed: 4, open: 8 },
      }),
    ],
    rules: rules(
      open('cow-under-write-pin', missing),
      open('swapin-cow-under-pin', [...missing, 'try_to_unmap_one']),
      open('fork-share-then-cow', missing),
      open('pinned-page-shared-by-fork', missing),
      open('foreign-pin-reuse', [...missing, 'try_to_unmap_one']),
    ),
    findings: [],
  };
}

/** 6.12 keeps the promise. */
export function cleanReport(): CheckReport {
  return {
    schema: 'pindrift.check/1',
    verdict: 'clean',
    traces: [trace({ kernel: '6.12.43+deb13-amd64', era: '6.12', variant: '5-character irq-info' })],
    rules: rules(),
    findings: [],
  };
}

/** A task may call itself anything: prctl(PR_SET_NAME) takes 15 bytes of whatever. */
export const HOSTILE =
  '\x1b[2J\x1b]0;x\x07<script>alert(1)</script>"\'&`|,\n\r@root #1 =1+1 \u202egnp\u2066\u200b\ufeff\ud800\ufffe ]]> [a](1)';

export function hostile(): CheckReport {
  const finding = swapinFinding();
  return {
    schema: 'pindrift.check/1',
    verdict: 'violated',
    traces: [
      trace({
        path: `/tmp/${HOSTILE}/trace.txt`,
        format: 'csv',
        variant: HOSTILE,
        kernel: HOSTILE,
        era: HOSTILE,
        eraFrom: HOSTILE,
        clock: HOSTILE,
        losses: [{ kind: 'bad-line', count: 1, line: 3, reason: HOSTILE, samples: [{ line: 3, text: HOSTILE }] }],
      }),
      trace({ path: '-' }),
    ],
    rules: [...rules(), { id: 'hostile-rule', verdict: 'could-not-be-checked', findings: 0, missing: [HOSTILE] }],
    findings: [
      swapinFinding({
        also: [HOSTILE],
        doubts: [HOSTILE],
        confidence: 'low',
        pin: { ...finding.pin, comm: HOSTILE, api: HOSTILE, caller: HOSTILE, flags: [HOSTILE] },
        cause: HOSTILE,
        message: `=cmd ${HOSTILE}`,
        why: HOSTILE,
        fixedBy: [HOSTILE],
        advice: HOSTILE,
        evidence: finding.evidence.map((step) => ({
          ...step,
          task: `${HOSTILE}-158`,
          fn: HOSTILE,
          what: HOSTILE,
          text: `${HOSTILE}\t[000] ${step.text}`,
          stack: [HOSTILE],
        })),
      }),
      swapinFinding({ n: 2, severity: 'note', selfInflicted: true, harm: [], trace: 1 }),
    ],
  };
}
