// The questions and orders about pairs of which one order cancels the other.
import type { VenueList } from './account.ts';
import type { Exchange } from './exchange.ts';
import type { Matched } from './matching.ts';
import { integer, type Parameters } from './parameter.ts';
import { refusals } from './refusal.ts';
import { type Routes, signed } from './route.ts';
import { canceledShape, listShape, placedShape } from './shape.ts';

export const listRoutes: Routes = {
  'POST /api/v3/orderList/oco': {
    ...signed(1, (exchange, parameters) => {
      const { list, executions } = exchange.placePair(parameters);
      const kind = parameters.get('newOrderRespType') ?? 'RESULT';
      const orderReports = executions.map(({ order }) => placedShape(order, [], kind));
      return { ...listShape(exchange.account, list), orderReports };
    }),
    orders: 2,
  },
  'DELETE /api/v3/orderList': signed(1, (exchange, parameters) => {
    const { symbol } = exchange.board.listing(parameters.get('symbol'));
    const list = listOf(exchange, parameters, 'listClientOrderId');
    const [first] = list === undefined ? [] : exchange.account.legs(list).filter(isIn(symbol));
    if (list === undefined || first === undefined) throw refusals.unknownCancel();
    const cancelId = parameters.get('newClientOrderId') ?? `cancel-list-${list.listId}`;
    // One that has ended still names the other.
    const open = exchange.account.bound(first)[0];
    return cancelAnswer(exchange, exchange.cancel(open, cancelId), cancelId);
  }),
  'GET /api/v3/orderList': signed(4, (exchange, parameters) => {
    const list = listOf(exchange, parameters, 'origClientOrderId');
    if (list === undefined) throw refusals.unknownOrder();
    return listShape(exchange.account, list);
  }),
  'GET /api/v3/openOrderList': signed(6, ({ account }) =>
    account
      .lists()
      .filter((list) => account.isActive(list))
      .map((list) => listShape(account, list)),
  ),
};

const isIn =
  (symbol: string) =>
  (order: { readonly symbol: string }): boolean =>
    order.symbol === symbol;

/** The list that is asked for by its number, its client id, or both. Throws `VenueRefusal`. */
function listOf(
  { account }: Exchange,
  parameters: Parameters,
  idName: string,
): VenueList | undefined {
  const clientId = parameters.get(idName);
  if (parameters.has('orderListId')) {
    const list = account.list(integer(parameters, 'orderListId', 0));
    return clientId === undefined || list?.listClientOrderId === clientId ? list : undefined;
  }
  if (clientId === undefined) throw refusals.missing('orderListId');
  return account.lists().find(({ listClientOrderId }) => listClientOrderId === clientId);
}

/** The answer to a cancelling: of one order, or of the list that it took along. */
export function cancelAnswer(
  exchange: Exchange,
  { order, executions }: Matched,
  cancelId: string,
): object {
  const list = exchange.account.list(order.list);
  if (list === undefined) return canceledShape(order, cancelId);
  const orderReports = executions.map((execution) => canceledShape(execution.order, cancelId));
  return { ...listShape(exchange.account, list), orderReports };
}
