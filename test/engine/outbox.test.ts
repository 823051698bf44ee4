// An order that was decided while the store is down has not left, and nobody asks the venue about it: it would be found
// absent, and be sent a second time beside itself.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import type { Timers } from '../../src/ports.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { MINUTE, pivotLow, START, sweepBar, tableau } from '../strategies/tableau.ts';
import { configurationOf } from '../support/bench.ts';
import { startStage } from '../support/stage.ts';

/** Timers that a test lets pass. */
function handTimers() {
  let now = 0;
  let waiting: { at: number; run: () => void }[] = [];
  const after: Timers['after'] = (delayMs, run) => {
    const one = { at: now + delayMs, run };
    waiting.push(one);
    return () => {
      waiting = waiting.filter((other) => other !== one);
    };
  };
  return {
    after,
    now: () => now,
    async pass(ms: number, each: () => void): Promise<void> {
      for (const until = now + ms; now < until; now += 100) {
        const due = waiting.filter(({ at }) => at <= now);
        waiting = waiting.filter(({ at }) => at > now);
        for (const { run } of due) run();
        if (now % 1000 === 0) each();
        for (let count = 0; count < 3; count += 1) await turn();
      }
    },
  };
}

test('an exit decided while the store is down for a minute is sent once, when the store is back', async () => {
  const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
  const timers = handTimers();
  const clock = { ...createClock(1, timers.now), monotonic: timers.now };
  clock.observe(START);
  let isDown = false;
  const stage = await startStage({
    ...{ directory: temporaryDirectory(), clock, timers: { after: timers.after } },
    configurations: [configurationOf('one', stream)],
    around: (journal) => ({
      ...journal,
      read: (from) => journal.read(from),
      async append(facts) {
        if (isDown) throw new Error('expected room on the disk, was none');
        return journal.append(facts);
      },
    }),
  });
  stage.live(stream);
  for (const candle of tableau(721, { 700: pivotLow, 720: sweepBar })) {
    clock.observe(candle.openTime + MINUTE);
    stage.price(stream.pair, candle.close);
    stage.candle(stream, candle);
  }
  await timers.pass(5000, () => {});
  const opened = stage.entries.find(({ type }) => type === 'position.opened');
  if (opened?.type !== 'position.opened') throw new Error('expected a position, was none');
  isDown = true;
  stage.price(stream.pair, Number(opened.data.stopLoss) * 0.999);
  await timers.pass(90_000, () => stage.tick());
  expect(stage.engine.book().positions.get('one')?.exiting).toBe('stop');
  isDown = false;
  await timers.pass(5000, () => stage.tick());
  const exits = stage.placed.filter(({ purpose }) => purpose === 'exit');
  expect(exits).toHaveLength(1);
  const ends = stage.entries.filter(({ type }) => type === 'order.ended').map(({ data }) => data);
  expect(ends).toMatchObject([{ state: 'filled' }, { state: 'filled' }]);
  expect(stage.engine.book().positions.size).toBe(0);
  await stage.stop();
});
