// A plan of faults made to fit a round: what it does at times comes within the round's first part, and when
// that is over everything works again.
import type { FaultPlan, FaultRule, FaultTiming } from '../../src/sandbox/fault-plan.ts';

/** How long after the exchange opened the faults of a drawn plan come. */
const drawnMs = 120_000;

/** What somebody trades of each: some hundred of quote currency, more than the least that is allowed. */
const quantities = { BTCUSDT: '0.01', ETHUSDT: '0.2', SOLUSDT: '4', BNBUSDT: '1' };
export type TradedSymbol = keyof typeof quantities;

/** `plan` within `windowMs`, about `symbol` where it is about one. */
export const within = (plan: FaultPlan, windowMs: number, symbol: TradedSymbol): FaultPlan => ({
  ...plan,
  rules: plan.rules.map((rule) => about(timed(rule, windowMs), symbol)),
});

function timed<Rule extends FaultRule>(rule: Rule, windowMs: number): Rule {
  const { afterMs, forMs } = rule.when;
  const scaledMs = Math.round(((afterMs ?? 0) * windowMs) / drawnMs);
  const leftMs = windowMs - scaledMs;
  const when: FaultTiming = {
    ...rule.when,
    // Whether a time is named says more than when: a socket is struck at that time, or at a frame.
    ...(afterMs === undefined ? {} : { afterMs: scaledMs }),
    forMs: Math.min(forMs ?? leftMs, leftMs),
  };
  return { ...rule, when };
}

function about(rule: FaultRule, symbol: TradedSymbol): FaultRule {
  if (rule.on !== 'exchange') return rule;
  const { do: fault } = rule;
  if (fault.kind !== 'trade') return { ...rule, do: { ...fault, symbol } };
  return { ...rule, do: { ...fault, symbol, quantity: quantities[symbol] } };
}
