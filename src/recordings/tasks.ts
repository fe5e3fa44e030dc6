// Why: an event contains a thread id. Its name and process are in saved_cmdlines and saved_tgids (`281 scn`, `282
// 281`), by thread id and not by time: the last name of the thread.

/** Parse lines of a thread id and a value. */
export function readTasks(text: string): Map<number, string> {
  const out = new Map<number, string>();
  for (const [, pid, rest] of text.matchAll(/^ *(\d{1,10}) (.*)$/gm)) out.set(Number(pid), rest.slice(0, 64));
  return out;
}

/** Process by thread. */
export function readTgids(text: string): Map<number, number> {
  const out = new Map<number, number>();
  for (const [pid, tgid] of readTasks(text)) {
    const n = Number(tgid);
    if (Number.isInteger(n)) out.set(pid, n);
  }
  return out;
}
