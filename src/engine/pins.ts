// The lifetimes of all pins, for the reports that draw them and for `pins`.

import type { Finding } from '../contract/finding.ts';
import type { PinLife } from '../contract/report.ts';
import type { Model } from '../model/model.ts';
import type { Pin } from '../model/state.ts';
import { hex } from '../vocabulary/number.ts';
import { knownNumber, type Words } from './reading/words.ts';

/** Keeps every pin that ends, and at the end those that have not ended. */
export class PinLives {
  readonly #pins: Pin[] = [];

  constructor(model: Model) {
    model.on('release', ({ pin }) => this.#pins.push(pin));
    model.on('end', ({ pins }) => {
      for (const pin of pins) this.#pins.push(pin);
    });
  }

  /** Places whose task names are needed. */
  offsets(): number[] {
    return this.#pins.map((pin) => pin.call.at.offset);
  }

  lives(trace: number, words: Words, findings: readonly Finding[]): PinLife[] {
    const byLine = new Map<string, number>();
    for (const f of findings) {
      const pin = f.evidence.find((e) => e.role === 'pin');
      if (pin !== undefined && f.trace === trace) byLine.set(`${pin.line} ${f.pin.address}`, f.n);
    }
    return this.#pins
      .map((pin) => life(pin, trace, words, byLine))
      .sort((a, b) => a.line - b.line || (a.address ?? '').localeCompare(b.address ?? ''));
  }
}

function life(pin: Pin, trace: number, w: Words, findings: ReadonlyMap<string, number>): PinLife {
  const { call } = pin;
  const address = Number.isFinite(pin.vpn) ? w.address(pin.vpn) : undefined;
  return {
    trace,
    pid: knownNumber(call.at.pid),
    tgid: w.tgid(call.at),
    comm: w.line(call.at)?.comm || undefined,
    mm: pin.mm === undefined ? undefined : hex(pin.mm.ptr),
    address,
    pfn: w.pfn(pin.page),
    page: w.pagePointer(pin.page),
    api: w.fn(call.fn),
    caller: w.symbol(call.caller),
    kind: call.kind,
    write: call.write,
    longterm: call.longterm,
    flags: w.flags(pin),
    owner: pin.owner,
    line: call.at.line,
    from: knownNumber(call.heldAt.ts),
    to: knownNumber(pin.releasedAt?.ts),
    state: pin.state === 'released' ? (pin.presumed ? 'presumed' : 'released') : pin.state,
    steps: pin.steps.map((s) => ({
      role: s.role,
      line: s.at.line,
      time: knownNumber(s.at.ts),
      cpu: knownNumber(s.at.cpu),
      pid: knownNumber(s.at.pid),
      what: w.what(s, pin),
    })),
    finding: findings.get(`${call.at.line} ${address}`),
  };
}
