// A device wrote to a file page, and the page was never marked dirty.
import { type At, defineRule, type Io, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';
import { hasFailed } from './failed-io.ts';

export default defineRule({
  meta: {
    id: 'undirtied-dma-write',
    summary: 'A device wrote to a pinned file page, and the pin was released without marking the page dirty.',
    why:
      'writeback cleans the page and write-protects its mapping while the pin is held. Later writes of the device do ' +
      'not mark it dirty, so reclaim drops the page and its data unless the pin is released by a function that marks ' +
      'the page dirty',
    needs: [['gup'], ['bioEnd'], ['fileMap'], ['bioCheckDirty', 'unpinPages', 'unpinRange']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: [
      'a page that the process itself has dirtied since',
      'a page marked dirty by a function that is not probed',
    ],
    references: [
      'mm: soft_dirty: userfaultfd: introduce wrprotect_tlb_flush_pending (linux-mm, January 2021)',
      'unpin_user_pages_dirty_lock(), bio_check_pages_dirty()',
    ],
    fixedBy: [],
    advice: 'use unpin_user_pages_dirty_lock() with make_dirty, or bio_check_pages_dirty()',
    messages: {
      clean: 'the device wrote to the file page {pinned}, and the pin was released without marking it dirty',
    },
    examples: examplesOf('undirtied-dma-write'),
  },
  create(context) {
    // write pins of file pages into which a READ went, and where it ended
    const written = new Map<Pin, At>();
    const marked = new WeakSet<Io>();
    const byBio = new Map<string, Io>();
    // pins released at a line, kept until that line's own event shows how
    let released: { line: number; pins: Pin[] } = { line: -1, pins: [] };
    const tell = (at: At) => {
      if (released.line !== at.line) return;
      for (const pin of released.pins) {
        const ended = written.get(pin);
        written.delete(pin);
        if (ended === undefined) continue;
        context.report({
          messageId: 'clean',
          pin,
          at,
          cause: 'the page was not marked dirty',
          severity: 'note',
          doubts: [{ cap: 'medium', because: 'the page may have been marked dirty by a function that is not probed' }],
          path: [
            { role: 'i/o end', at: ended, what: 'READ into the page' },
            { role: 'release', at, what: 'released with dirty=0' },
          ],
        });
      }
    };
    return {
      ioSubmit({ io }) {
        if (io.bio !== undefined) byBio.set(io.bio, io);
      },
      ioEnd({ io, at }) {
        if (io.bio !== undefined) byBio.delete(io.bio);
        if (io.dir !== 'READ' || hasFailed(io) || marked.has(io)) return;
        for (const pin of io.pins) if (pin.call.write && pin.entry.file && pin.live) written.set(pin, at);
      },
      release({ pin, at }) {
        if (pin.call.write && pin.entry.file && pin.ios.some((io) => io.dir === 'READ' && io.endedAt === undefined))
          context.undecided('the end of the I/O on a file page was not recorded');
        if (!written.has(pin)) return;
        if (released.line !== at.line) released = { line: at.line, pins: [] };
        released.pins.push(pin);
      },
      events: {
        bioCheckDirty({ fields }) {
          const io = fields.bio === undefined ? undefined : byBio.get(fields.bio);
          if (io !== undefined) marked.add(io);
          for (const pin of [...written.keys()]) if (pin.ios.some((x) => x.bio === fields.bio)) written.delete(pin);
        },
        unpinPages({ at, fields }) {
          if (fields.dirty === 0) tell(at);
          else for (const pin of released.line === at.line ? released.pins : []) written.delete(pin);
        },
        unpinRange({ at, fields }) {
          if (fields.dirty === 0) tell(at);
          else for (const pin of released.line === at.line ? released.pins : []) written.delete(pin);
        },
      },
    };
  },
});
