// Why: one place for how tests run. Files run in child processes, since better-sqlite3 is a native addon and a crash
// of it must name the test file; consoles stay untouched, or @oclif/test captures nothing.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // what a rule author writes in test/rules-api/walks/walk.mjs
    exclude: ['**/node_modules/**', 'test/rules-api/walks/**'],
    setupFiles: ['test/strict.ts'],
    pool: 'forks',
    // the default keeps one CPU free, which is half of a machine with two; many tests wait for processes they started
    maxWorkers: availableParallelism(),
    disableConsoleIntercept: true,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // no TypeScript
      exclude: ['src/assembly/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
