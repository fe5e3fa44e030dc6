// What `import 'pindrift'` is in a rule that is loaded from outside: the pindrift that loads it, whichever may be
// installed beside the rule. load-module.ts puts it there; the test says that nothing is missing.
const api = Reflect.get(globalThis, Symbol.for('pindrift.api'));

export const { builtInRules, check, defineConfig, defineRule, InputError, RULE_API, replay } = api;
