// The exchange's orders behind the client's surface: what a trader asks for travels, may be lost, late or answered
// wrongly, and comes back in the words of the protocol. The genuine adapters of the venue stand on it.
import type { Millis } from '../../src/domain/time.ts';
import type { Passage } from '../../src/venue/wired-client.ts';
import type { EventQueue } from './event-queue.ts';
import {
  type Amount,
  type ExchangeEvent,
  type ExchangeOrder,
  exact,
  type SimulatedExchange,
  type Trade,
} from './exchange.ts';
import type { Life } from './life.ts';
import { Network, named } from './network.ts';
import type { Fate } from './swarm.ts';
import type { Trace } from './trace.ts';

export interface WireWorld {
  readonly queue: EventQueue;
  readonly exchange: SimulatedExchange;
  readonly fate: Fate;
  readonly trace: Trace;
  /** Told of every order as it leaves the trader, before anything can happen to it. */
  onOrderLeaves(wanted: Parameters<SimulatedExchange['place']>[0], life: Life): void;
  /** Told of every trade that the account's events bring to the trader. */
  onTradeTold(clientOrderId: string, tradeId: string): void;
}

type Query = Readonly<Record<string, unknown>>;

export const symbolOf = (pair: string): string => pair.replace('/', '');

/** The whole part of a client that the venue's adapters use. */
export class OrderWire {
  readonly passages = new Map<string, Passage>();
  readonly clients: Record<string, { url: string; connection: { terminate(): void } }> = {};
  readonly #world: WireWorld;
  readonly #life: Life;
  readonly #network: Network;
  readonly #onEvent: (words: Query) => void;
  readonly #onSubscribed: () => void;
  /** Ends the subscription that stands. */
  #drop = (_: Error): void => {};
  #isSubscribed = false;

  constructor(
    world: WireWorld,
    life: Life,
    options: { recvWindowMs: Millis; onEvent(words: Query): void; onSubscribed(): void },
  ) {
    this.#world = world;
    this.#life = life;
    this.#network = new Network(world, life, options.recvWindowMs);
    this.#onEvent = options.onEvent;
    this.#onSubscribed = options.onSubscribed;
  }

  market = (pair: string): { id: string } => ({ id: symbolOf(pair) });
  amountToPrecision = (_: string, amount: unknown): string => exact(String(amount)).toFixed();
  priceToPrecision = (_: string, price: unknown): string => exact(String(price)).toFixed();

  createOrder(
    pair: string,
    type: string,
    side: string,
    amount: unknown,
    price: unknown,
    extra: Query,
  ): Promise<unknown> {
    const clientOrderId = String(extra['newClientOrderId']);
    const passage = this.passages.get(clientOrderId);
    const amountOf = (value: unknown): Amount | undefined =>
      value === undefined ? undefined : exact(String(value));
    const stopPrice = amountOf(extra['stopLossPrice']);
    const wanted = {
      ...{
        clientOrderId,
        pair,
        quantity: exact(String(amount)),
        price: amountOf(price),
        stopPrice,
      },
      side: side === 'buy' ? ('BUY' as const) : ('SELL' as const),
      type:
        stopPrice !== undefined
          ? ('STOP_LOSS_LIMIT' as const)
          : type === 'market'
            ? ('MARKET' as const)
            : ('LIMIT' as const),
    };
    const { exchange } = this.#world;
    return this.#life.survives(
      this.#network.send('order', {
        written: () => {
          if (passage !== undefined) passage.written = true;
          this.#world.onOrderLeaves(wanted, this.#life);
        },
        carryOut: () => {
          const taken = exchange.place(wanted);
          return 'code' in taken ? taken : fullOf(taken);
        },
        answered: (status, body) => {
          if (passage !== undefined) passage.answer = { status, body };
        },
      }),
    );
  }

  privateDeleteOrder = ({ symbol, origClientOrderId }: Query): Promise<unknown> =>
    this.#life.survives(
      this.#network.send('cancel', {
        carryOut: () => {
          const order = this.#world.exchange.cancel(
            this.#pairOf(symbol),
            String(origClientOrderId),
          );
          if (order === undefined) return { code: -2011, msg: 'Unknown order sent.' };
          const words = rowOf(order);
          return {
            ...words,
            origClientOrderId: order.clientOrderId,
            clientOrderId: `c${order.id}`,
          };
        },
      }),
    );

  privateGetOrder = ({ symbol, orderId, origClientOrderId }: Query): Promise<unknown> =>
    this.#asked(() => {
      const pair = this.#pairOf(symbol);
      const order = this.#world.exchange.orders.findLast(
        (one) =>
          one.pair === pair &&
          (orderId === undefined
            ? one.clientOrderId === origClientOrderId
            : `${one.id}` === orderId),
      );
      const isShown = order !== undefined && this.#isShown(order.at);
      return isShown ? rowOf(order) : { code: -2013, msg: 'Order does not exist.' };
    });

  privateGetOpenOrders = (): Promise<unknown> =>
    this.#asked(() =>
      this.#world.exchange
        .open()
        .filter(({ at }) => this.#isShown(at))
        .map(rowOf),
    );

  privateGetMyTrades = ({ symbol, orderId, startTime, fromId }: Query): Promise<unknown> =>
    this.#asked(() => {
      const pair = this.#pairOf(symbol);
      return this.#world.exchange.trades
        .filter(
          ({ id, order, at }) =>
            order.pair === pair &&
            this.#isShown(at) &&
            (orderId === undefined || `${order.id}` === orderId) &&
            (startTime === undefined || at >= Number(startTime)) &&
            (fromId === undefined || id >= Number(fromId)),
        )
        .map(tradeRow);
    });

  privateGetAccount = (): Promise<unknown> =>
    this.#asked(() => {
      const { exchange } = this.#world;
      return {
        balances: exchange.assets().map((asset) => ({
          ...{
            asset,
            free: exchange.free(asset).toFixed(),
            locked: exchange.locked(asset).toFixed(),
          },
        })),
      };
    });

  /** Subscribes to the account's events; the promise ends with the connection. */
  watchOrders(): Promise<never> {
    const { queue, fate } = this.#world;
    const delayMs = fate.between('latency', 5, 200);
    return new Promise((_, reject) => {
      queue.after(delayMs, () => {
        if (this.#life.isOver) return;
        if (!fate.isAwake || fate.draw('subscribe') > fate.rate('accountCut')) {
          this.#isSubscribed = true;
          this.#drop = reject;
          this.clients['ws'] = {
            url: 'wss://simulated/ws-api',
            connection: { terminate: () => this.cut('cut by ourselves') },
          };
          this.#onSubscribed();
        } else reject(named('NetworkError', 'the subscription was refused'));
      });
    });
  }

  /** The connection of the account's events ends. */
  cut(reason: string): void {
    if (!this.#isSubscribed) return;
    this.#isSubscribed = false;
    if (!this.#life.isOver) this.#drop(named('NetworkError', reason));
  }

  /** Something happened at the exchange: it is on its way to the trader, if that one listens. */
  tell(event: ExchangeEvent): void {
    const { queue, fate } = this.#world;
    if (!this.#isSubscribed || this.#life.isOver) return;
    if (fate.strikes('accountCut')) {
      this.#world.trace.met('account stream cut');
      this.cut('the connection was lost');
      return;
    }
    const words = wordsOf(event);
    const times = fate.strikes('eventTwice') ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      const late = fate.strikes('eventLate') ? fate.skewed('event', 50, 20_000) : 0;
      const delayMs = fate.between('latency', 2, 80) + late;
      if (late > 0) this.#world.trace.met('event late');
      queue.after(delayMs, () => {
        if (!this.#isSubscribed || !this.#life.passes('event.comes')) return;
        this.#onEvent(words);
        if (event.type !== 'trade') return;
        const { id, order } = event.trade;
        this.#world.onTradeTold(order.clientOrderId, `${id}`);
      });
    }
    if (times > 1) this.#world.trace.met('event twice');
  }

  #pairOf(symbol: unknown): string {
    const { rules } = this.#world.exchange;
    return [...rules.keys()].find((pair) => symbolOf(pair) === symbol) ?? '';
  }

  /** Whether the venue shows already what happened at a time. */
  #isShown(at: Millis): boolean {
    const { queue, fate } = this.#world;
    const lagMs =
      fate.rate('lookupLag') > 0 ? fate.between('lag', 0, 3000 * fate.rate('lookupLag')) : 0;
    return queue.now >= at + lagMs;
  }

  #asked(carryOut: () => unknown): Promise<unknown> {
    return this.#life.survives(this.#network.send('question', { carryOut }));
  }
}

const rowOf = (order: ExchangeOrder) => ({
  ...{ symbol: symbolOf(order.pair), orderId: order.id, clientOrderId: order.clientOrderId },
  ...{ status: order.status, side: order.side, type: order.type },
  ...{ origQty: order.quantity.toFixed(), executedQty: order.executed.toFixed() },
  ...{ time: order.at, updateTime: order.updatedAt },
});

const fullOf = (order: ExchangeOrder) => ({
  ...rowOf(order),
  transactTime: order.updatedAt,
  fills: order.trades.map((trade) => ({
    ...{ tradeId: trade.id, price: trade.price.toFixed(), qty: trade.quantity.toFixed() },
    ...{ commission: trade.fee.toFixed(), commissionAsset: trade.feeAsset },
  })),
});

const tradeRow = ({ id, order, price, quantity, fee, feeAsset, at }: Trade) => ({
  ...{
    id,
    symbol: symbolOf(order.pair),
    orderId: order.id,
    time: at,
    isBuyer: order.side === 'BUY',
  },
  ...{ price: price.toFixed(), qty: quantity.toFixed(), commission: fee.toFixed() },
  commissionAsset: feeAsset,
});

function wordsOf(event: ExchangeEvent): Query {
  if (event.type === 'balance') {
    const { asset, delta, at } = event;
    return { e: 'balanceUpdate', E: at, a: asset, d: delta.toFixed(), T: at };
  }
  const trade = event.type === 'trade' ? event.trade : undefined;
  const order = event.type === 'trade' ? event.trade.order : event.order;
  const what = event.type === 'trade' ? 'TRADE' : event.what;
  const isOurs = { c: order.clientOrderId, C: '' };
  const canceled = { c: `c${order.id}`, C: order.clientOrderId };
  return {
    ...{ e: 'executionReport', E: event.at, T: event.at, s: symbolOf(order.pair), i: order.id },
    ...(what === 'CANCELED' ? canceled : isOurs),
    ...{ S: order.side, x: what, X: order.status, z: order.executed.toFixed() },
    ...(trade === undefined
      ? {}
      : {
          ...{ t: trade.id, L: trade.price.toFixed(), l: trade.quantity.toFixed() },
          ...{ n: trade.fee.toFixed(), N: trade.feeAsset },
        }),
  };
}
