// The tests that hunt mutants: those of pure code alone, none that opens a socket or plays at length, the
// short ones first, because the first that fails ends the hunt.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests with drawn inputs take longer than examples. */
const isDrawn = ({ moduleId }: TestSpecification): boolean =>
  readFileSync(moduleId, 'utf8').includes("from 'fast-check'");

class ShortFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files
      .map((file) => ({ file, rank: `${Number(isDrawn(file))}${file.moduleId}` }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1))
      .map(({ file }) => file);
  }
}

export default defineConfig({
  test: {
    root: '.',
    include: ['test/domain/*.test.ts', 'test/venue/{answer,words}.test.ts'],
    // Drawn inputs are cut short (setup.ts): a test that counts what it drew would fail for that alone.
    exclude: [
      'test/domain/{calm,characteristic,day,indicator,measure,protection,standing,twin}.test.ts',
    ],
    setupFiles: ['test/mutation/setup.ts'],
    sequence: { sequencer: ShortFirst },
    isolate: false,
    testTimeout: 60_000,
  },
});
