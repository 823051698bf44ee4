// A market that sends as fast as it can, in a process of its own, so that the client's processor time is
// the client's alone. Told how many minutes to play, it sends every pair's candle of each, in steps.
import { minuteMs, plainCandle, startScriptedMarket } from '../support/scripted-market.ts';

export interface FloodOrder {
  readonly minutes: number;
}

/** Frames of one pair and minute; the last one closes the candle. */
export const stepsPerMinute = 20;
export const floodStart = 1_704_153_600_000;

export const pairsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const letter = (at: number): string => String.fromCharCode(65 + at);
    return `C${letter(Math.floor(index / 26))}${letter(index % 26)}/USDT`;
  });

/** What the venue sends besides the fields that the candle fills: frames as long as the real ones. */
const rest = { T: 1_704_153_659_999, f: 3_338_010_181, L: 3_338_010_421, n: 241, B: '0' };
const amounts = { q: '1028347.18320000', V: '12.81730000', Q: '513291.22110000' };

async function serve(count: number): Promise<void> {
  const pairs = pairsOf(count);
  const market = await startScriptedMarket(pairs, plainCandle, floodStart);
  let minute = 0;
  let sending = false;

  const frames = (isClosed: boolean): string[] =>
    pairs.map((pair) => {
      const candle = plainCandle(pair, floodStart + minute * minuteMs);
      return market.kline(pair, candle, isClosed, { ...rest, ...amounts });
    });

  async function flood({ minutes }: FloodOrder): Promise<void> {
    sending = true;
    for (const until = minute + minutes; minute < until; minute += 1) {
      for (let step = 1; step <= stepsPerMinute; step += 1) {
        market.now = floodStart + minute * minuteMs + (step * minuteMs) / stepsPerMinute;
        market.send(frames(step === stepsPerMinute));
        if (step % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    }
    sending = false;
  }

  // Who has just subscribed hears where the market stands.
  setInterval(() => {
    if (!sending) market.send(frames(false));
  }, 20);
  process.on('message', (order: FloodOrder) => void flood(order));
  process.on('disconnect', () => process.exit(0));
  process.send?.(market.endpoint);
}

const count = Number(process.argv[2]);
if (process.send !== undefined && count > 0) await serve(count);
