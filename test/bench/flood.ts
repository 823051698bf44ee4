// A market that sends as fast as it can, in a process of its own, so that the client's processor time is
// the client's alone. Frames are made before they are wanted: whoever listens is never waited for.
import { minuteMs, plainCandle, startScriptedMarket } from '../support/scripted-market.ts';

export type FloodOrder =
  | { readonly type: 'prepare'; readonly minutes: number }
  | { readonly type: 'send' };

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
const padded = (price: number): string => price.toFixed(8);

async function serve(count: number): Promise<void> {
  const pairs = pairsOf(count);
  const market = await startScriptedMarket(pairs, plainCandle, floodStart);
  let minute = 0;
  let prepared: string[][] = [];

  function frames(isClosed: boolean): string[] {
    return pairs.map((pair) => {
      const candle = plainCandle(pair, floodStart + minute * minuteMs);
      const { open: o, high: h, low: l, close: c, volume: v } = candle;
      const [open, high, low, close, volume] = [o, h, l, c, v].map(padded);
      const wire = { o: open, h: high, l: low, c: close, v: volume };
      return market.kline(pair, candle, isClosed, { ...wire, ...rest, ...amounts });
    });
  }

  function prepare(minutes: number): string[][] {
    const chunks: string[][] = [];
    for (const until = minute + minutes; minute < until; minute += 1) {
      for (let step = 1; step <= stepsPerMinute; step += 1) {
        market.now = floodStart + minute * minuteMs + (step * minuteMs) / stepsPerMinute;
        chunks.push(frames(step === stepsPerMinute));
      }
    }
    return chunks;
  }

  async function send(): Promise<void> {
    for (const [index, chunk] of prepared.entries()) {
      market.send(chunk);
      // Single frames go in chunks too, as they do where a socket is busy.
      if (index % 8 === 7) await new Promise((resolve) => setImmediate(resolve));
    }
    prepared = [];
  }

  // Who has just subscribed hears where the market stands.
  setInterval(() => {
    if (prepared.length === 0) market.send(frames(false));
  }, 20);
  process.on('message', (order: FloodOrder) => {
    if (order.type === 'send') {
      void send();
      return;
    }
    prepared = prepare(order.minutes);
    process.send?.('prepared');
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(market.endpoint);
}

const count = Number(process.argv[2]);
if (process.send !== undefined && count > 0) await serve(count);
