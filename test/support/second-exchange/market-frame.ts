// The public JSON this exchange speaks, each shape as Binance publishes it. The stream frames carry their
// fields in another order and some that nobody documents, as any exchange may one day.
import type { DepthChange, Level } from './book.ts';
import type { Bar } from './candle-series.ts';
import { show } from './fixed-point.ts';
import type { PublicTrade } from './market.ts';

const pair = ({ price, quantity }: Level): [string, string] => [show(price), show(quantity)];

export function klineFrame(
  symbol: string,
  interval: string,
  { bar, closed, closeTime, at }: { bar: Bar; closed: boolean; closeTime: number; at: number },
): object {
  const k = {
    x: closed,
    i: interval,
    s: symbol,
    T: closeTime,
    t: bar.openTime,
    B: '0',
    xq: null,
    c: show(bar.close),
    l: show(bar.low),
    h: show(bar.high),
    o: show(bar.open),
    v: show(bar.volume),
    q: show(bar.quoteVolume),
    V: show(bar.volume / 2n),
    Q: show(bar.quoteVolume / 2n),
    n: bar.tradeCount,
    f: bar.firstTradeId,
    L: bar.firstTradeId === -1 ? -1 : bar.firstTradeId + bar.tradeCount - 1,
  };
  return { k, s: symbol, E: at, zone: { offset: '+00:00' }, e: 'kline' };
}

export const klineRow = (bar: Bar, closeTime: number): readonly (string | number)[] => [
  ...[bar.openTime, show(bar.open), show(bar.high), show(bar.low), show(bar.close)],
  ...[show(bar.volume), closeTime, show(bar.quoteVolume), bar.tradeCount],
  ...[show(bar.volume / 2n), show(bar.quoteVolume / 2n), '0'],
];

export const tradeFrame = (symbol: string, trade: PublicTrade): object => ({
  T: trade.at,
  M: true,
  m: trade.buyerIsMaker,
  q: show(trade.quantity),
  p: show(trade.price),
  t: trade.id,
  s: symbol,
  E: trade.at + 1,
  e: 'trade',
  lot: 'ROUND',
});

export const miniTickerFrame = (symbol: string, day: Bar, at: number): object => ({
  q: show(day.quoteVolume),
  v: show(day.volume),
  l: show(day.low),
  h: show(day.high),
  o: show(day.open),
  c: show(day.close),
  s: symbol,
  E: at,
  e: '24hrMiniTicker',
  w: null,
});

export const depthFrame = (symbol: string, change: DepthChange, at: number): object => ({
  a: change.asks.map(pair),
  b: change.bids.map(pair),
  u: change.lastId,
  U: change.firstId,
  s: symbol,
  E: at,
  e: 'depthUpdate',
  pv: 1,
});

export const depthAnswer = (
  bids: readonly Level[],
  asks: readonly Level[],
  id: number,
): object => ({
  lastUpdateId: id,
  bids: bids.map(pair),
  asks: asks.map(pair),
});
