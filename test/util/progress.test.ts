// Why: a progress line must not flicker, lie, or outlive its work.
import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/util/progress.ts';

/** A terminal whose clock the test winds. */
function terminal(columns = 80) {
  const clock = { now: 0 };
  const written: string[] = [];
  const progress = new Progress(
    () => ({ columns, write: (text) => written.push(text) }),
    () => clock.now,
  );
  const at = (ms: number) => {
    clock.now = ms;
  };
  return { progress, written, at, shown: () => written.at(-1)?.replace('\r\u001b[K', '') };
}

const MB = 1_000_000;

describe('progress', () => {
  it('work of less than a second shows nothing at all', () => {
    const { at, progress, written } = terminal();
    progress.update('trace.txt', 0, 100 * MB);
    at(900);
    progress.update('trace.txt', 99 * MB, 100 * MB);
    progress.clear();
    expect(written).toEqual([]);
  });

  it('half done after two seconds: rate, part and time left', () => {
    const { at, progress, shown } = terminal();
    progress.update('trace.txt', 0, 400 * MB);
    at(2000);
    progress.update('trace.txt', 200 * MB, 400 * MB);
    expect(shown()).toBe('[##########          ]  50%  100 MB/s  2 s left  trace.txt');
  });

  it('is redrawn ten times a second, not a thousand times', () => {
    const { at, progress, written } = terminal();
    for (let ms = 0; ms <= 2000; ms++) {
      at(ms);
      progress.update('trace.txt', ms, 2000);
    }
    expect(written.length).toBeLessThanOrEqual(11);
  });

  it('the second trace has a rate of its own', () => {
    const { at, progress, shown } = terminal();
    progress.update('1/2 a', 0, 900 * MB);
    at(10_000);
    progress.update('2/2 b', 0, 100 * MB);
    at(11_000);
    progress.update('2/2 b', 20 * MB, 100 * MB);
    expect(shown()).toContain('20 MB/s  4 s left  2/2 b');
  });

  it('a pipe has no end: what was read and how fast', () => {
    const { at, progress, shown } = terminal();
    progress.update('standard input', 0, undefined);
    at(2000);
    progress.update('standard input', 3_000 * MB, undefined);
    expect(shown()).toBe('3.0 GB  1.5 GB/s  standard input');
  });

  it('never wraps: a long path shows its end', () => {
    const { at, progress, shown } = terminal(60);
    at(2000);
    progress.update(`/${'x'.repeat(100)}/trace.txt`, 1, 2);
    expect(shown()?.length).toBeLessThan(60);
    expect(shown()).toMatch(/….*trace\.txt$/);
  });

  it('is gone when the work is done', () => {
    const { at, progress, written } = terminal();
    at(2000);
    progress.update('trace.txt', 1, 2);
    progress.clear();
    expect(written.at(-1)).toBe('\r\u001b[K');
  });

  it('a file name cannot act on the terminal', () => {
    const { at, progress, shown } = terminal();
    at(2000);
    progress.update('a\u001b[2Jb', 1, 2);
    expect(shown()).toContain('a\\x1b[2Jb');
  });
});
