// Why: a config and the rules it loads are code that runs with the user's rights. One that somebody else may have
// written or may change is not run unless it is named.
import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../util/errors.ts';

/**
 * Like ssh for its files: the whole path must belong to us, to root or to the user who called sudo, and must not be
 * writable by others.
 * @param tryThis suggestion if this is not the case
 * @throws InputError that says who could have written it
 */
export function mustBeOurs(path: string, shown: string, tryThis: string): void {
  if (process.geteuid === undefined) return;
  // the owner of a symbolic link is checked too
  const problem = problemOf(lstatSync(path), 'it') ?? problemOf(statSync(path), 'it') ?? problemAbove(path);
  if (problem !== undefined) throw new InputError(`${problem}, so it is ignored`, { where: shown, tryThis });
}

function problemAbove(path: string): string | undefined {
  for (let at = dirname(path); ; at = dirname(at)) {
    const stat = statSync(at);
    // everybody may write to /tmp, but nobody can replace files of others (sticky bit)
    const problem = (stat.mode & 0o1000) === 0 ? problemOf(stat, `the directory ${at}`) : undefined;
    if (problem !== undefined || dirname(at) === at) return problem;
  }
}

function problemOf(stat: Stats, what: string): string | undefined {
  const me = process.geteuid?.();
  const sudo = me === 0 ? Number(process.env.SUDO_UID ?? Number.NaN) : Number.NaN;
  const { uid, gid, mode } = stat;
  if (uid !== me && uid !== 0 && uid !== sudo) return `${what} belongs to another user`;
  if (stat.isSymbolicLink()) return undefined;
  // the private group that Debian and others create for every user
  const isOwnGroup = gid === uid;
  if ((mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isOwnGroup)) return `${what} is writable by others`;
  return undefined;
}
