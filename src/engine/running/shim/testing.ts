// What `import 'pindrift/testing'` is in a test that `pindrift rules test` loads (see pindrift.ts).
const api = Reflect.get(globalThis, Symbol.for('pindrift.testing'));

export const { testRule } = api;
