// Captures for the tests of a fleet: as many as wanted, each with another content, made of small fixtures; and some whose
// check ends badly, by a rule that does what only a bug does.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fixture, root } from '../commands/run.ts';

export const KINDS = [
  '5.10/odirect_read_swap.ft',
  '6.12/odirect_read_swap.ft',
  '5.10/get_write_fork.ft',
  '5.10/iouring_fixed_uffdwp.ft-nohdr',
  '7.2/iouring_fixed_munmap.ft-nohdr',
] as const;

const text = (kind: string): string => gunzipSync(readFileSync(join(root, fixture(kind)))).toString('latin1');

/** Write `n` captures to `folder/host-H/NAME.txt.gz`; the kind of number i is KINDS[i % 5]. */
export function makeCaptures(folder: string, n: number): string[] {
  const texts = KINDS.map(text);
  return Array.from({ length: n }, (_, i) => {
    const host = join(folder, `host-${i % 3}`);
    mkdirSync(host, { recursive: true });
    const path = join(host, `${String(i).padStart(6, '0')}.txt.gz`);
    writeFileSync(path, gzipSync(`# ${i}\n${texts[i % texts.length]}`, { level: 1 }));
    return path;
  });
}

/** What {@link POISON_RULE} does when it meets a pin of this thread. */
export const POISON = { loops: 900_001, swells: 900_002, dies: 900_003 } as const;

/** A capture at which the check with POISON_RULE ends badly. */
export function makePoison(path: string, how: keyof typeof POISON): void {
  writeFileSync(path, gzipSync(text(KINDS[0]).replaceAll('scn-158 ', `scn-${POISON[how]} `)));
}

export const POISON_RULE = `
import { defineRule } from 'pindrift';
export default defineRule({
  meta: {
    id: 'poison', summary: 'What a bug in the check would do.', why: 'for tests', needs: [['gup']], status: 'experimental',
    severity: { all: 'note' }, falsePositives: ['always'], references: [], fixedBy: [], messages: { m: 'poison' },
  },
  create() {
    return {
      pin({ pin }) {
        const { pid } = pin.call.at;
        if (pid === ${POISON.loops}) for (;;) {}
        if (pid === ${POISON.swells}) { const all = []; for (;;) all.push(new Array(1e5).fill(pid)); }
        if (pid === ${POISON.dies}) process.kill(process.pid, 'SIGSEGV');
      },
    };
  },
});
`;
