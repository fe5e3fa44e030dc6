// The ways in which perf.data can be written. `perf script` of 6.1 prints all of these as they were written, but files of
// a newer perf and streams of the other byte order, which it refuses; an event that carries the counters of a group it
// prints once for each counter.
import type { PerfDataOptions } from './write/perf-data.ts';
import { type Part, USUAL } from './write/perf-sample.ts';

const withParts = (...more: Part[]): PerfDataOptions => ({ samples: { parts: [...USUAL, ...more] } });

/** Everything that can stand before the data of the event. */
const BEFORE: Part[] = ['ip', 'addr', 'id', 'stream', 'period', 'read', 'chain'];
/** And behind them. */
const BEHIND: Part[] = ['branches', 'userRegs', 'userStack', 'weight', 'source', 'transaction', 'kernelRegs'];
const LAST: Part[] = ['physical', 'cgroup', 'dataPage', 'codePage', 'aux'];

export const WAYS: Record<string, PerfDataOptions> = {
  'a file': {},
  'a file, big endian': { little: false },
  'by a perf of 32 bits, big endian': { little: false, narrow: true },
  'a stream': { pipe: true },
  'a stream, big endian': { pipe: true, little: false },
  packed: { packed: 81 },
  'packed, big endian': { packed: 81, little: false },
  'packed by a newer perf': { packed: 83 },
  'a packed stream': { packed: 81, pipe: true },
  'attrs of an old perf': { attrSize: 64 },
  'attrs of a perf of 2017': { attrSize: 112 },
  'attrs of a newer perf': { attrSize: 152 },
  'a stream of a newer perf': { attrSize: 152, pipe: true },
  'call chains': withParts('chain'),
  'call chains, big endian': { ...withParts('chain'), little: false },
  'long rounds': { round: 100_000 },
  '-d': withParts('ip', 'addr', 'period', 'source'),
  '--phys-data -W': withParts('ip', 'addr', 'period', 'weights', 'source', 'physical'),
  '--call-graph dwarf': withParts('ip', 'period', 'chain', 'userRegs', 'userStack'),
  '--call-graph lbr': withParts('ip', 'period', 'chain', 'branches'),
  'every part': withParts(...BEFORE, ...BEHIND, ...LAST),
  'every part, big endian': { ...withParts(...BEFORE, ...BEHIND, ...LAST), little: false },
  'every part, a stream': { ...withParts(...BEFORE, ...BEHIND, ...LAST), pipe: true },
  'no identifier, but an id': { samples: { parts: ['ip', 'tid', 'time', 'id', 'cpu', 'raw'] } },
  'counters of a group': { samples: { parts: [...USUAL, 'read'], readFormat: 1 | 2 | 4 | 8 } },
  'counters of a group with what was lost': { samples: { parts: [...USUAL, 'read'], readFormat: 4 | 8 | 16 } },
  'a counter with its times': { samples: { parts: [...USUAL, 'read'], readFormat: 1 | 2 | 4 } },
  'data with room behind them': { samples: { slack: 16 } },
  'no ids on other records': { samples: { idAll: false } },
  'events whose samples differ': {
    samples: [
      { parts: [...USUAL, 'ip', 'addr', 'read', 'chain'] },
      { parts: [...USUAL, 'cgroup', 'stream'] },
      { parts: USUAL },
    ],
  },
  'events whose samples differ, a stream, big endian': {
    samples: [{ parts: [...USUAL, 'ip', 'period'] }, { parts: [...USUAL, 'addr', 'stream', 'branches'] }],
    pipe: true,
    little: false,
  },
};
