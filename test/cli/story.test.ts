// The story's lines: pure functions of facts, in words, without anything a terminal would obey.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amount, paintOf, priceText, signed } from '../../src/cli/story/format.ts';
import { panel, progressLine, summaryLines } from '../../src/cli/story/panel.ts';
import { StreamStory } from '../../src/cli/story/stream.ts';
import { tell } from '../../src/cli/story/tell.ts';
import { reason, waterfallLine, waterfallLines } from '../../src/cli/story/waterfall.ts';
import type { Entry, Fact } from '../../src/domain/fact.ts';
import { REFUSALS, type RefusalCode } from '../../src/domain/refusal.ts';
import { newCounters, type Status } from '../../src/engine/status.ts';
import { plain } from '../../src/plain.ts';
import { wholeStory } from '../store/story.ts';

const bare = paintOf(false);
const entryOf = (told: Fact, seq = 1): Entry => ({ ...told, seq, v: 1 });
const story = wholeStory().facts;
const linesOf = (type: Fact['type']): readonly string[] =>
  story
    .filter((told) => told.type === type)
    .map((told) => tell(entryOf(told), bare) ?? '')
    .map((line) => line.slice('00:00:00 '.length));

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come out
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/;

test('an approval tells the plan and the whole waterfall on one line', () => {
  const [line] = linesOf('signal.approved');
  expect(line).toMatch(/^✓ BUY {2}BTC\/USDT a at 67,000\.00, stop 66,000\.00, target 69,000\.00\n/);
  expect(line).toMatch(
    /\n +100,000 × 10 % × 0\.902 × 0\.90 = 8,118\.00 → 0\.\d+ for 8,11\d\.\d\d$/,
  );
});

test('a refusal tells its code and its reason', () => {
  expect(linesOf('signal.refused')[0]).toMatch(
    /^✗ BUY {2}BTC\/USDT c refused, sharpe-not-positive: the validated Sharpe ratio is missing/,
  );
});

test('fills, exits and results are told with their numbers', () => {
  expect(linesOf('fill.recorded')[0]).toMatch(
    /^· bought 0\.\d+ BTC\/USDT a at 67,001\.00 fee \S+ BTC$/,
  );
  expect(linesOf('exit.ordered')).toEqual(['→ exit BTC/USDT a: stop-loss hit at 65,990.00']);
  expect(linesOf('position.closed')[0]).toMatch(
    /^● closed BTC\/USDT a −[\d,.]+ \(−[\d.]+ R\) 67,006\.70 → 65,980\.00, stop-loss hit, after fees$/,
  );
  expect(linesOf('trading.reduced')).toEqual(['■ halted by anna: a look (exits go on)']);
  expect(linesOf('loss.latched')[0]).toContain('daily loss -2.10 % reached its limit -2.00 %');
  expect(linesOf('order.unresolved')[0]).toMatch(
    /^\? order \w{8} did not answer: no answer; asking$/,
  );
});

test('a stop that was taken back is no order that could not be had', () => {
  const ended = (cause: string) =>
    tell(
      {
        ...{ seq: 1, v: 1, type: 'order.ended', at: 0, key: 'ab12cd34ef', cause },
        data: { clientOrderId: 'ab12cd34ef', state: 'canceled', code: null, message: null },
      },
      bare,
    );
  expect(ended('BTC/USDT@1717200000000')).toContain('the stop at the venue for BTC/USDT is gone');
  expect(ended('btc-sweep@1717200000000')).toContain(
    'order ab12cd34 ended, the rest was not to be',
  );
});

test('each line begins with market time', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  const halted: Fact = {
    type: 'trading.reduced',
    at,
    key: 'x',
    cause: null,
    data: { by: 'a', reason: 'b' },
  };
  expect(tell(entryOf(halted), bare)).toMatch(/^03:04:05 /);
});

test('every code of the catalogue has words, with the numbers that decided', () => {
  for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
    expect(reason({ code })).toBe(`${code}: ${REFUSALS[code]}`);
  }
  expect(
    reason({ code: 'stage-cap', limit: '30000', actual: '30100.5', headroom: '12.3456789' }),
  ).toBe(
    'stage-cap: the stage has no room left (limit 30,000.00, would be 30,100.50, headroom 12.3457)',
  );
});

/** Fields whose text comes from documents, people or the venue. */
const foreign = new Set(
  'configId pair feeAsset reason by message detail what id stream'.split(' '),
);

test('nothing a stranger named reaches the terminal as more than text', () => {
  const hostile = '\u001b[2J\u009b31m\r\nforged\u202e';
  fc.assert(
    fc.property(fc.constantFrom(...story), fc.string({ unit: 'binary' }), (told, noise) => {
      const text = JSON.stringify(told, (name, value) =>
        typeof value === 'string' && foreign.has(name) ? hostile + noise : value,
      );
      const line = tell(entryOf(JSON.parse(text)), bare);
      expect(line ?? '').not.toMatch(obeyed);
      expect(line ?? '').not.toContain('\nforged');
    }),
    { numRuns: 300 },
  );
  expect(plain(hostile)).toBe('[2J31m forged');
});

test('colours only where they are asked for', () => {
  const [approval] = story.filter(({ type }) => type === 'signal.approved');
  if (approval === undefined) throw new Error('expected an approval in the story');
  expect(tell(entryOf(approval), bare)).not.toContain('\u001b');
  expect(tell(entryOf(approval), paintOf(true))).toContain('\u001b[32m');
});

test('a waterfall that was never sized, one that was trimmed, one that was refused', () => {
  const refusal = { code: 'stage-cap', limit: '30000' } as const;
  const empty = { formula: null, trims: [], rounding: null, size: '0' };
  expect(waterfallLine({ ...empty, refusal })).toBe('not sized: stage-cap');
  expect(waterfallLine({ ...empty, refusal: null })).toBe('not sized');
  const trim = { code: 'stage-cap', cap: '30000', used: '26000', headroom: '4000' } as const;
  const trims = [
    { ...trim, before: '8118', after: '4000' },
    { ...trim, code: 'asset-cap', before: '4000', after: '4000' } as const,
  ];
  expect(waterfallLines({ ...empty, trims, refusal })).toEqual([
    'stage-cap        cap 30,000.00  used 26,000.00  headroom 4,000.00  8,118.00 → 4,000.00',
    'asset-cap        cap 30,000.00  used 26,000.00  headroom 4,000.00  fits',
    'refused          stage-cap: the stage has no room left (limit 30,000.00)',
  ]);
});

const status: Status = {
  at: Date.UTC(2026, 0, 2),
  trading: 'active',
  equity: '100000',
  cash: '92000.5',
  exposure: '8000',
  dayReturn: -0.0012,
  lossLatched: false,
  quarantined: 1,
  breakers: [
    {
      ...{ id: 'loss-streak', on: 'c1', at: 0, value: 5, trip: 5, until: 3_600_000 },
      ...{ state: 'open', probe: null, failures: 0 },
    },
  ],
  stages: (['MATURE', 'VALIDATION', 'DISCOVERY', 'DECAY'] as const).map((stage) => ({
    stage,
    used: '8000',
    cap: '30000',
  })),
  positions: Array.from({ length: 30 }, (_, index) => ({
    configId: `c${index}`,
    pair: 'BTC/USDT',
    stage: 'MATURE',
    quantity: '0.1',
    cost: '7000',
    value: '6990',
    mark: '69900',
    stopLoss: '69000',
    takeProfit: '72000',
    exiting: null,
  })),
  orders: {},
  configurations: 30,
  streams: { live: 1, stale: 0 },
  unprotected: {},
  counters: newCounters(),
};

test('a panel keeps to its width and to a glance', () => {
  const misses = Array.from({ length: 30 }, (_, index) => ({
    configId: `c${index}`,
    at: 0,
    missed: ['depth'],
  }));
  for (const width of [60, 80, 120, 200]) {
    const lines = panel(status, misses, bare, width);
    expect(lines.length).toBeLessThan(40);
    const gauges = lines.filter((line) => /MATURE|VALIDATION|DISCOVERY|DECAY/.test(line));
    for (const line of gauges) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines.filter((line) => line.includes('░')).join()).toMatch(
      /MATURE.*VALIDATION.*DISCOVERY.*DECAY/,
    );
  }
  const wide = panel(status, misses, bare, 200).join('\n');
  expect(wide).toContain(
    'equity 100,000.00  day −0.12 %  cash 92,000.50  exposure 8,000.00  active',
  );
  expect(wide).toContain(
    'BTC/USDT c0 0.1  mark 69,900.00  stop 69,000.00  target 72,000.00  −10.00',
  );
  expect(wide).toContain('and 10 more positions');
  expect(wide).toContain('open breaker loss-streak of c1 → no entries');
});

test('what is not protected stands under its position, once it is more than a moment', () => {
  const [first] = status.positions;
  if (first === undefined) throw new Error('expected a position');
  const told = (ageMs: number): string =>
    panel({ ...status, unprotected: { [first.configId]: ageMs } }, [], bare, 80).join('\n');
  expect(told(7400)).toContain('not protected for 7 s');
  expect(told(4000)).not.toContain('not protected');
});

test('the summary says what the run came to', () => {
  const words = summaryLines(status, '99990', bare).join('\n');
  expect(words).toContain('equity 100,000.00, +10.00 in this run, day −0.12 %');
  expect(words).toContain('30 open (stops and targets stand in the book');
});

test('a flood of bad candles and of streams coming alive stays readable', () => {
  const streams = new StreamStory(bare);
  const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
  expect(streams.tell({ type: 'stream.live', stream })).toBeUndefined();
  expect(streams.tell({ type: 'stream.stale', stream, reason: 'silent\u001b[2J' })).toBe(
    '~ BTC/USDT 1m is stale (silent[2J): no entries on it until it is back',
  );
  expect(streams.tell({ type: 'stream.live', stream })).toBe('~ BTC/USDT 1m is live again');
  const told = Array.from({ length: 1000 }, () =>
    streams.tell({ type: 'candle.rejected', stream, reason: 'high below low' }),
  ).filter((line) => line !== undefined);
  expect(told.map((line) => /no\. (\d+)/.exec(line)?.[1])).toEqual(['1', '10', '100', '1000']);
  const frames = Array.from({ length: 20 }, () =>
    streams.tell({ type: 'frame.malformed', reason: '<html>\u001b[2J' }),
  ).filter((line) => line !== undefined);
  expect(frames).toEqual([
    '! malformed frame no. 1 dropped: <html>[2J',
    '! malformed frame no. 10 dropped: <html>[2J',
  ]);
});

test('a late change of a candle says what was and what is, and that nothing is decided anew', () => {
  const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
  const was = { openTime: 0, open: 1, high: 2, low: 1, close: 2, volume: 3 };
  const line = new StreamStory(bare).tell({
    type: 'candle.corrected',
    ...{ stream, was, is: { ...was, close: 1.5 } },
  });
  expect(line).toBe(
    '! BTC/USDT 1m: the venue corrected a candle it had called closed, from 2 to 1.5; what was decided on it stands',
  );
});

test('the summary counts what went wrong with the data, and is silent where nothing did', () => {
  const words = (counters: Partial<Status['counters']>): string =>
    summaryLines({ ...status, counters: { ...newCounters(), ...counters } }, '1', bare).join('\n');
  expect(words({})).toContain('no gaps, no bad candles, no faults');
  expect(words({ gaps: 2 })).toContain('repaired gaps 2, refused candles 0, faults 0');
  expect(words({ gaps: 2 })).not.toContain('late');
  expect(words({ framesDropped: 7 })).toContain('candles corrected late 0, frames dropped 7');
});

test('numbers look the same whatever their size', () => {
  expect(amount('1234567.891')).toBe('1,234,567.89');
  expect(amount('-0.001')).toBe('0.00');
  expect(signed('-0.001')).toBe('−0.00');
  expect(signed('12.3')).toBe('+12.30');
  expect(priceText('0.00001234')).toBe('0.00001234');
  expect(priceText('12.5')).toBe('12.50');
  expect(progressLine(0, 0)).toContain('0/0 candles');
});
