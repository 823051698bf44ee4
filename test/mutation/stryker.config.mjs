// What is mutated and by which tests it must be noticed: `npm run mutants`. test/mutation/README.md says
// what came of it, and why each mutant that lived was let live.
import { mutated } from './scope.mjs';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: mutated,
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: true },
  plugins: ['@stryker-mutator/vitest-runner', './test/mutation/wording.mjs'],
  ignorers: ['wording'],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 30_000,
  reporters: ['clear-text', 'json'],
  clearTextReporter: {
    allowColor: false,
    logTests: false,
    reportTests: false,
    reportMutants: false,
  },
  jsonReporter: { fileName: 'coverage/mutants.json' },
  tempDirName: 'coverage/mutants',
  disableTypeChecks: false,
  // Stryker reads a TypeScript configuration with an API that TypeScript 7 has not: it is to find none.
  tsconfigFile: 'none',
  thresholds: { high: 95, low: 90, break: 85 },
};
