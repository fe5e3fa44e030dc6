// Why: the reasons why a rule could not decide are text, in JSON and in stores. Those that consist of the names of
// events and why they are missing are written and taken apart here, so that reports can name each cause once.

export interface Absence {
  /** the events, or the functions that report them: `copy_page_range`, `return of do_wp_page` */
  names: string;
  /** `never seen`, or a cause that no other capture of this kernel removes: `not in era 5.10` */
  why: string;
}

export const absenceText = ({ names, why }: Absence): string => `${names} (${why})`;

/** undefined: another reason */
export function absenceOf(reason: string): Absence | undefined {
  const [, names, why] = /^(.*) \((never seen|not in [^()]*)\)$/.exec(reason) ?? [];
  return names === undefined || why === undefined ? undefined : { names, why };
}

/** The kernel of the trace does not have these events. */
export const isOutside = (reason: string): boolean => absenceOf(reason)?.why.startsWith('not in ') === true;
