// Why: times are ns since a whole second, and are printed as the kernel prints them, as seconds with a fraction.

/**
 * `68.936086`; `-6.966620` before the zero of the clock, which an offset may move.
 * @param ns since `base`, in seconds
 */
export function secondsText(ns: number, base: number, digits: number): string {
  const seconds = Math.floor(ns / 1e9);
  const rest = ns - seconds * 1e9;
  const whole = base + seconds;
  const fraction = (n: number): string => String(n).padStart(9, '0').slice(0, digits);
  return whole < 0 && rest > 0 ? `-${-whole - 1}.${fraction(1e9 - rest)}` : `${whole}.${fraction(rest)}`;
}
