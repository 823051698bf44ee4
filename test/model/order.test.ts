// An order in any story of words, trades and cancels, as an entry and as an exit: whoever keeps it goes along the
// edges of RELIABILITY §3.4, counts a trade once, and ends when the venue says so.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderEvent } from '../../machines/order.ts';
import { command, modelled } from './command.ts';
import { ENDS, happen, type OrderModel, type OrderReal, type OrderWord, setup } from './order.ts';

const step = (event: OrderEvent, name: string = event.type) =>
  command<OrderModel, OrderReal>(name, (model, real) => happen(model, real, event));

const words = fc
  .constantFrom<OrderWord>(
    ...(['order.accepted', 'order.unresolved', 'order.quarantined'] as const),
    ...(['order.rejected', 'order.canceled', 'order.absent'] as const),
  )
  .map((type) => step({ type }));
/** Some of a few trades, so that one is told again and again; a trade is always of the same size. */
const fills = fc.integer({ min: 1, max: 5 }).map((trade) => {
  const filled = { tradeId: `t${trade}`, quantity: String((trade % 3) + 1) };
  return step({ type: 'order.filled', ...filled }, `fill t${trade} of ${filled.quantity}`);
});
/** Of a sale alone: an entry's trade opens its position anew. */
const strays = fc.constantFrom('s1', 's2').map((tradeId) =>
  command<OrderModel, OrderReal>(
    `stray ${tradeId}`,
    (model, real) => happen(model, real, { type: 'order.strayed', tradeId, quantity: '1' }),
    ({ purpose }) => purpose === 'exit',
  ),
);
const cancels = fc.constant(step({ type: 'cancel.ordered' }));
/** An entry that never arrived is over; a chart that were told otherwise would be told by nobody. */
const again = fc.constant(
  command<OrderModel, OrderReal>(
    'asked again',
    (model, real) => happen(model, real, { type: 'order.resent' }),
    (model) => model.mayGoAgain,
  ),
);

test.each(['entry', 'exit'] as const)(
  'O1–O8: an %s goes along the edges, counts a trade once, and ends when the venue says so',
  (purpose) => {
    modelled(
      [words, words, fills, fills, strays, cancels, again],
      () => setup(purpose),
      { runs: 150, length: 30 },
      ({ state }, { raw }) => {
        expect(raw.getSnapshot().hasTag('ended')).toBe(ENDS.includes(state));
      },
    );
  },
  60_000,
);
