// What a plan has the exchange itself do at its time: other filters, a symbol that is halted, and somebody
// who trades on the same account.
import { decimal } from '../domain/money.ts';
import type { Delays } from './delay.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeFault, ExchangeRule } from './fault-plan.ts';
import type { Listing } from './listing.ts';

/** Does each of `rules` when it wakes, counted from now. */
export function disturb(
  exchange: Exchange,
  rules: readonly ExchangeRule[],
  delays: Delays,
  log: (line: string) => void,
): void {
  for (const { when, do: fault } of rules) {
    delays.after(when.afterMs ?? 0, () => attempt(() => act(exchange, fault), log));
    if (when.forMs === undefined || fault.kind !== 'halt') continue;
    const until = (when.afterMs ?? 0) + when.forMs;
    delays.after(until, () => attempt(() => resume(exchange, fault.symbol), log));
  }
}

/** A plan can ask for what cannot be; the exchange goes on. */
function attempt(act: () => string, log: (line: string) => void): void {
  try {
    log(`fault: ${act()}`);
  } catch (reason) {
    log(`fault: could not be done: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

let hands = 0;

function act(exchange: Exchange, fault: ExchangeFault): string {
  switch (fault.kind) {
    case 'halt':
      exchange.relist(fault.symbol, { status: fault.status });
      return `${fault.symbol} is halted, ${fault.status}`;
    case 'filters':
      exchange.relist(fault.symbol, filtersOf(fault));
      return `${fault.symbol} has other filters`;
    case 'trade': {
      const { symbol, side, quantity } = fault;
      hands += 1;
      const newClientOrderId = `web_${Date.now().toString(36)}${hands}`;
      const order = { symbol, side, type: 'MARKET', quantity, newClientOrderId };
      exchange.place(new Map(Object.entries(order)));
      return `somebody traded ${symbol}: ${side} ${quantity}`;
    }
    default:
      return fault satisfies never;
  }
}

function resume(exchange: Exchange, symbol: string): string {
  exchange.relist(symbol, { status: 'TRADING' });
  return `${symbol} is traded again`;
}

type Filters = Extract<ExchangeFault, { kind: 'filters' }>;

function filtersOf({ tickSize, stepSize, notionalMin }: Filters): Partial<Listing> {
  return {
    ...(tickSize === undefined ? {} : { tickSize: decimal(tickSize) }),
    // The least quantity is a lot, as it was.
    ...(stepSize === undefined
      ? {}
      : { stepSize: decimal(stepSize), quantityMin: decimal(stepSize) }),
    ...(notionalMin === undefined ? {} : { notionalMin: decimal(notionalMin) }),
  };
}
