// Reports harm, not a cause: the damage done by a drift. It is attached to the finding about the drift.
import { type At, type Drift, defineRule, type Io, type Pin, type Step } from './contract.ts';
import { examplesOf } from './examples.ts';
import { hasFailed } from './failed-io.ts';

/** Where the page mapped now got its contents, or the pinned one left the address: I/O that had ended before did no harm. */
function parted({ via, fault, before, at }: Drift): At {
  if (via === 'cow') return fault ?? at;
  if (via !== 'fault' && via !== 'swap-in') return at;
  const away = before.findLast(({ role }) => role === 'zap' || role === 'unmap' || role === 'move away');
  return away?.at ?? at;
}

/**
 * Whether the device may have written to (or, for a pin for reading, read) the pinned page after it left the address.
 * Where the trace shows I/O through the pin, it is this I/O; a pin without any belongs to hardware that leaves no lines.
 */
function usedSince(drift: Drift): boolean {
  const { call, ios } = drift.pin;
  const { order } = parted(drift);
  const late = ({ endedAt }: Io) => endedAt === undefined || endedAt.order >= order;
  return ios.length === 0 || ios.some((io) => late(io) && !hasFailed(io) && !(call.write && io.dir === 'WRITE'));
}

/** No line shows whether the bio was for this page, or was still for it when the page left the address. */
const isUnknown = ({ vague, partEndedAt }: Io, drift: Drift): boolean =>
  vague || (partEndedAt !== undefined && partEndedAt.order < parted(drift).order);

/** What a bio read into one of its pages. It may have many, in any order. */
const partOf = ({ bytes, pins }: Io, pageBytes: number): string =>
  pins.length === 1 && bytes <= pageBytes
    ? `the read's ${bytes} bytes`
    : `the page's part of the read's ${bytes} bytes`;

export default defineRule({
  meta: {
    id: 'lost-dma-write',
    summary:
      'Data written through a pin went to a page that the process no longer sees, or a device read a page the process no longer writes.',
    why:
      'the device works on the page it was given, which after the drift is no longer the page at the address. I/O that ' +
      'ended before the page was copied or unmapped has done no harm, however late its pin is released; where a pin shows no ' +
      'I/O at all, its hardware works without the kernel (RDMA, VFIO), and is taken to use it until the release. With ' +
      'FOLL_FORCE a pin for writing may be of a device that only reads.',
    needs: [['gup'], ['newAnon'], ['bioEnd', 'bioRelease', 'putFolio', 'unpin', 'unpinPages', 'unpinFolio']],
    status: 'stable',
    severity: { all: 'raises the finding to error where the loss was observed' },
    falsePositives: ['a write pin that is released without having been written through'],
    references: [],
    fixedBy: [],
    messages: {},
    examples: examplesOf('lost-dma-write'),
  },
  create(context) {
    const drifts = new Map<Pin, Drift>();
    // weak: most drifts are long over when the trace ends
    const told = new WeakSet<Drift>();
    const tell = (drift: Drift, seen: boolean, step: Step | undefined, io?: Io) => {
      const { call } = drift.pin;
      const writes = io?.dir === 'READ' || call.deviceWrites;
      if (writes === undefined || !usedSince(drift)) return;
      if (!writes) {
        if (told.has(drift) || call.kind !== 'PIN') return;
        told.add(drift);
        context.harm({
          drift,
          harm: 'stale-device-read',
          seen,
          message: 'the page the process writes is not the page the pin reads',
          path: step === undefined ? [] : [step],
        });
        return;
      }
      if (told.has(drift)) return;
      told.add(drift);
      context.harm({
        drift,
        harm: 'lost-dma-write',
        seen,
        message:
          seen && io !== undefined && io.bytes > 0
            ? `${partOf(io, context.model.pageBytes)} went to {pinned}; the process sees {mapped}`
            : 'data written through the pin go to {pinned}; the process sees {mapped}',
        path: step === undefined ? [] : [step],
      });
    };
    return {
      drift({ drift }) {
        if (drift.pin.owner !== 'transient') drifts.set(drift.pin, drift);
      },
      ioEnd({ io }) {
        if (drifts.size === 0) return;
        for (const pin of io.pins) {
          const drift = drifts.get(pin);
          if (drift === undefined || drift.healedAt !== undefined || hasFailed(io) || isUnknown(io, drift)) continue;
          const step = pin.steps.at(-1);
          if (io.dir === 'WRITE') {
            if (io.submittedAt !== undefined && io.submittedAt.order > drift.at.order && !told.has(drift)) {
              told.add(drift);
              context.harm({
                drift,
                harm: 'stale-device-read',
                seen: true,
                message: 'the device read {pinned}; the process writes {mapped}',
                path: step === undefined ? [] : [step],
              });
            }
          } else tell(drift, io.dir === 'READ', step, io);
        }
      },
      release({ pin }) {
        const drift = drifts.get(pin);
        if (drift === undefined) return;
        drifts.delete(pin);
        if (drift.healedAt === undefined)
          tell(drift, false, pin.steps.at(-1)?.role === 'release' ? pin.steps.at(-1) : undefined);
      },
      end() {
        for (const drift of drifts.values()) if (drift.healedAt === undefined) tell(drift, false, undefined);
      },
    };
  },
});
