// GUP may return fewer pages than requested, and the caller has to handle that.
import { type At, defineRule, type PinCall } from './contract.ts';
import { examplesOf } from './examples.ts';

interface Short {
  call: PinCall;
  at: At;
  /** first address that was not pinned */
  next: number;
}

export default defineRule({
  meta: {
    id: 'short-pin',
    summary: 'A FOLL_PIN call got fewer pages than it asked for, and the task did not ask for the rest later.',
    why:
      'a short return is not an error: the caller continues from where it stopped, or releases what it got. A caller ' +
      'that assumes it got the whole range works on pages it does not hold, or leaks those it does.',
    needs: [['gup'], ['gupRet']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ['a caller that accepts fewer pages (one bio of several), or that released what it got'],
    references: ['CVE-2026-43045', 'CVE-2026-64052', 'Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    advice: 'compare the return value with the number of pages asked for',
    messages: { rest: '{api} got {ret} of {nr} pages, and the task did not ask for the rest, from {address} on' },
    examples: examplesOf('short-pin'),
  },
  create(context) {
    // one per thread: the thread's next call either continues where this one stopped or does not
    const open = new Map<number, Short>();
    const tell = ({ call, at, next }: Short) => {
      if (call.mm === undefined) return;
      context.report({
        messageId: 'rest',
        data: { api: call.api ?? '?', ret: call.ret ?? '?', nr: call.nr ?? '?', address: `0x${next.toString(16)}` },
        about: { mm: call.mm, vpn: Math.floor(next / context.model.pageBytes), page: undefined, at: call.at },
        at,
        cause: 'a short return',
        severity: 'note',
        doubts: [{ cap: 'low', because: 'the trace does not show what the caller did with the pages' }],
        path: [{ role: 'pin', at: call.at, what: 'the call that returned fewer pages' }],
      });
    };
    return {
      pinFailed({ call, at }) {
        const { ret, nr, address, kind } = call;
        if (kind !== 'PIN' || ret === undefined || nr === undefined || address === undefined || at.pid === undefined)
          return;
        if (!call.returned || ret <= 0 || ret >= nr) return;
        const { pageBytes } = context.model;
        open.set(at.pid, { call, at, next: address - (address % pageBytes) + ret * pageBytes });
      },
      release({ pin, by }) {
        // the pages are released: the caller has noticed
        if (by === 'unpin')
          for (const [pid, short] of open) if (short.call.at.line === pin.call.at.line) open.delete(pid);
      },
      events: {
        gup(event) {
          if (open.size === 0) return;
          const { at, fields } = event;
          const short = at.pid === undefined ? undefined : open.get(at.pid);
          if (short === undefined || at.pid === undefined) return;
          if (fields.start === short.next) open.delete(at.pid);
        },
      },
      end() {
        for (const short of open.values()) tell(short);
      },
    };
  },
});
