// Why: what a finding is called. The same in every capture of it, so that a list of titles, an inbox or a bug tracker
// shows what is one story; pages, addresses and processes stand in the message.
import type { Finding } from '../../contract/finding.ts';
import { clean } from './format.ts';

/** `swap-in without the exclusive mark, then a copy (get_user_pages_fast)`. */
export function titleOf({ cause, pin: { api } }: Finding): string {
  return `${clean(cause)}${api === undefined ? '' : ` (${clean(api)})`}`;
}
