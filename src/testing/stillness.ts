// Why: a rule must give the same result for the same trace at any time, so it must not use clocks or random numbers. In
// a test, using one throws an error that names it.
const forbidden = (what: string) => (): never => {
  throw new Error(`a rule cannot use ${what}: the same trace must give the same findings`);
};

const RealDate = globalThis.Date;
const StillDate = new Proxy(RealDate, {
  construct(target, args: []) {
    if (args.length === 0) forbidden('the clock (new Date())')();
    return Reflect.construct(target, args) as Date;
  },
  apply: forbidden('the clock (Date())'),
  get: (target, name) => (name === 'now' ? forbidden('the clock (Date.now())') : Reflect.get(target, name)),
});

/** Disable clocks and random numbers until the returned function is called. */
export function still(): () => void {
  const { random } = Math;
  const { now } = performance;
  Math.random = forbidden('random numbers (Math.random())');
  performance.now = forbidden('the clock (performance.now())');
  globalThis.Date = StillDate;
  return () => {
    Math.random = random;
    performance.now = now;
    globalThis.Date = RealDate;
  };
}
