// The budget of a client that has the venue to itself.
import { performance } from 'node:perf_hooks';
import { nodeTimers } from '../../src/clock.ts';
import { RateBudget } from '../../src/exchange/rate-budget.ts';

export const ownBudget = (): RateBudget =>
  new RateBudget({ monotonic: () => performance.now(), after: nodeTimers.after });
