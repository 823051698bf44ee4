// The tests that hunt mutants: those of pure code, none that waits, none that plays at length.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: '.',
    include: ['test/domain/*.test.ts', 'test/venue/{outcome,wire}.test.ts', 'test/machines/order.test.ts'],
    exclude: ['test/domain/{characteristic,measure,day}.test.ts'],
  },
});
