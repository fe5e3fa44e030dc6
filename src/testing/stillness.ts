// A rule answers the same for the same trace, today and tomorrow: it has no clock and no dice. While a rule runs in a
// test, asking for either is an error with a name.
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

/** Take clock and dice away until the returned function is called. */
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
