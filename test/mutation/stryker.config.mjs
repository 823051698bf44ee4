// What is mutated and by which tests it must be noticed: `npm run mutants`. test/mutation/README.md says
// what came of it, and why each mutant that lived was let live.
import { fileURLToPath } from 'node:url';
import { mutated } from './scope.mjs';

export default {
  mutate: mutated,
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  plugins: [
    '@stryker-mutator/vitest-runner',
    fileURLToPath(new URL('./wording.mjs', import.meta.url)),
  ],
  ignorers: ['wording'],
  coverageAnalysis: 'perTest',
  // What runs while a module is loaded: each would need all tests, and one that keeps them all from loading
  // counts as alive.
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 10_000,
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: 'coverage/mutants.json' },
  tempDirName: 'coverage/mutants',
  disableTypeChecks: false,
  // Stryker reads a TypeScript configuration with an API that TypeScript 7 has not: it is to find none.
  tsconfigFile: 'none',
};
