// A position after others have sold a part of it.
import type { Shrunk } from './account-fact.ts';
import { add, money, quantity } from './money.ts';
import type { Position } from './portfolio.ts';

export const shrunk = (
  position: Position,
  { held, sold, received, realised }: Shrunk,
): Position => ({
  ...position,
  quantity: quantity(held.quantity),
  cost: money(held.cost),
  sold: add(position.sold, quantity(sold)),
  received: add(position.received, money(received)),
  realised: add(position.realised, money(realised)),
});
