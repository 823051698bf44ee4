// The stop at the venue when things cross: it fills after nobody holds anything any more, it is in the way
// of somebody who cannot leave, it is one of two that fill. Nothing waits for ever, and nothing turns in circles.
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import type { OrderEnd } from '../../src/domain/order.ts';
import { hasEnded } from '../../src/domain/portfolio.ts';
import { liveStop } from '../../src/domain/protection.ts';
import {
  accountReported,
  concludeReported,
  exitProposed,
  judgeBatch,
  judgeMarks,
  settleReported,
} from '../../src/domain/supervision.ts';
import {
  configurationOf,
  fillOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
const terms = termsFor([pair], { protection: { by: 'both', offset: 0.01 } });

/** A book of one pair and a venue that does at once whatever it is asked for, but for market orders. */
class Scene {
  readonly draft: Draft = draftOf(openedBook());
  at = NOON;

  enter(id: string, quantity?: string): void {
    this.at += 1000;
    const proposal = proposalOf(configurationOf(id), { at: this.at });
    const decided = judgeBatch(this.draft, [proposal], terms, momentAt({ [pair]: 100 }, this.at));
    const entry = decided.find(({ type }) => type === 'signal.approved');
    if (entry?.type !== 'signal.approved') throw new Error(`expected an approval of ${id}`);
    const { order } = entry.data;
    const amount = quantity ?? order.quantity;
    this.fill(order.clientOrderId, amount);
    if (quantity !== undefined) this.end(order.clientOrderId, 'canceled');
    this.rest();
  }

  fill(clientOrderId: string, quantity: string, price = '100'): readonly Fact[] {
    const live = this.draft.orders.get(clientOrderId);
    if (live === undefined) throw new Error('expected the order');
    return settleReported(
      this.draft,
      terms,
      fillOf(live.order, { quantity, price, fee: '0', at: this.at }),
    );
  }

  end(clientOrderId: string, state: OrderEnd): readonly Fact[] {
    const end = { kind: 'ended', state, code: null, message: null } as const;
    return concludeReported(this.draft, terms, { ...end, clientOrderId, at: this.at });
  }

  mark(): readonly Fact[] {
    this.at += 1000;
    return judgeMarks(this.draft, terms, {
      ...momentAt({ [pair]: 100 }, this.at),
      ...{ record: false, settled: true },
    });
  }

  leave(configId: string, price: number | null = 100): readonly Fact[] {
    return exitProposed(this.draft, terms, { configId, reason: 'stop', price, at: this.at });
  }

  /** The venue does what was asked of it about stops; what that led to. */
  answer(): readonly Fact[] {
    const live = liveStop(this.draft, pair);
    if (live === undefined) return [];
    const { clientOrderId } = live.order;
    if (live.state === 'canceling') return this.end(clientOrderId, 'canceled');
    const about = { clientOrderId, at: this.at, venueOrderId: '1' };
    return concludeReported(this.draft, terms, { kind: 'accepted', ...about });
  }

  /** Until nothing is asked of the venue any more. */
  rest(): void {
    for (let turn = 0; turn < 6; turn += 1) {
      this.mark();
      this.answer();
    }
  }

  get stop() {
    const live = liveStop(this.draft, pair);
    if (live === undefined) throw new Error('expected a stop at the venue');
    return live;
  }

  /** A person has looked at what was found. */
  adopt(): void {
    const nothing = { differences: new Map(), orders: [], marks: new Map(), pair: null };
    const word = { kind: 'adoption', by: 'ada', reason: 'seen', ...nothing } as const;
    accountReported(this.draft, terms, { ...word, at: this.at });
  }

  /** What others sell of the coins. */
  sellForeign(quantity: string): void {
    const fill = fillOf(this.stop.order, { quantity, price: '100', fee: '0', at: this.at });
    settleReported(this.draft, terms, { ...fill, clientOrderId: 'their-own' });
  }
}

describe('a stop that fills when nobody holds anything any more', () => {
  /** The only position became dust at a price far below, and the stop is being taken back. */
  function abandoned(): Scene {
    const scene = new Scene();
    scene.enter('a', '0.06');
    scene.leave('a', 10);
    expect(scene.draft.positions.size).toBe(0);
    scene.mark();
    expect(scene.stop.state).toBe('canceling');
    return scene;
  }

  test('has ended all the same, in one piece or in two', () => {
    const whole = abandoned();
    const { clientOrderId } = whole.stop.order;
    whole.fill(clientOrderId, '0.06', '95');
    expect(whole.draft.orders.get(clientOrderId)).toMatchObject({ state: 'filled' });
    const pieces = abandoned();
    pieces.fill(pieces.stop.order.clientOrderId, '0.02', '95');
    pieces.fill(pieces.stop.order.clientOrderId, '0.04', '95');
    expect([...pieces.draft.orders.values()].every(hasEnded)).toBe(true);
  });

  test('is no obstacle to the next position: it has a stop of its own, and it can leave', () => {
    const scene = abandoned();
    scene.fill(scene.stop.order.clientOrderId, '0.06', '98');
    scene.adopt();
    scene.enter('a');
    expect(scene.stop.state).toBe('open');
    scene.leave('a');
    scene.answer();
    expect([...scene.draft.orders.values()].some(({ order }) => order.purpose === 'exit')).toBe(
      true,
    );
  });

  test('told twice, is booked once', () => {
    const scene = abandoned();
    const fill = fillOf(scene.stop.order, { quantity: '0.06', price: '95', at: scene.at });
    expect(settleReported(scene.draft, terms, fill)).not.toEqual([]);
    expect(settleReported(scene.draft, terms, fill)).toEqual([]);
  });
});

test('who cannot leave, because others sold the coins, leaves the stop of the others in peace', () => {
  const scene = new Scene();
  scene.enter('small', '0.06');
  scene.enter('large');
  scene.sellForeign('40');
  scene.rest();
  const asked: string[] = [];
  for (let second = 0; second < 10; second += 1) {
    for (const one of [...scene.mark(), ...scene.leave('small'), ...scene.answer()]) {
      asked.push(one.type);
    }
  }
  expect(asked).not.toContain('cancel.ordered');
  expect(scene.stop.state).toBe('open');
});

test('a stop believed gone that sells after all sells nothing of who has nothing left', () => {
  const scene = new Scene();
  scene.enter('a');
  scene.enter('b');
  const { clientOrderId } = scene.stop.order;
  scene.leave('a');
  scene.leave('b');
  scene.end(clientOrderId, 'absent');
  const first = scene.draft.positions.get('a')?.quantity.toFixed() ?? '';
  scene.fill(clientOrderId, first, '98');
  const then = scene.fill(clientOrderId, '1', '98');
  const sold = then.flatMap((one) => (one.type === 'fill.recorded' ? [one.data] : []));
  expect(sold.map(({ configId, fill }) => [configId, fill.quantity])).toEqual([['b', '1']]);
});
