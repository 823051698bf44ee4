// The part of the journal's catalogue that is about orders: what is sent, taken back, sent once more, and
// what the venue said of it; and about positions that wait for one, or lack one.
import type { DecimalText } from './money.ts';
import type { CancelReason, ExitReason, Order, OrderEnd } from './order.ts';
import type { Millis } from './time.ts';

/** Fact type → its data. */
export interface OrderCatalogue {
  /** A position is to go, but what the venue holds back of it has to be let go first. */
  'exit.decided': {
    readonly configId: string;
    readonly reason: ExitReason;
    readonly price: DecimalText | null;
  };
  'exit.ordered': {
    readonly reason: ExitReason;
    readonly order: Order;
    readonly price: DecimalText | null;
  };
  'order.accepted': { readonly clientOrderId: string; readonly venueOrderId: string };
  /** A stop that rests at the venue, for all the positions of its pair. */
  'protection.ordered': { readonly order: Order };
  /** A position's stop was not watched on a live price for too long, and for how long in wall time. */
  'protection.lost': {
    readonly configId: string;
    readonly pair: string;
    readonly lack: 'trigger' | 'price' | 'exit';
  };
  'protection.regained': {
    readonly configId: string;
    readonly pair: string;
    readonly ageMs: Millis;
  };
  /** The venue is asked to cancel an order that stands there. */
  'cancel.ordered': { readonly clientOrderId: string; readonly reason: CancelReason };
  /** An order that never reached the venue is sent once more, under the same id. */
  'order.resent': { readonly clientOrderId: string };
  /** Nobody could find out for too long: what it may have done stays reserved, a person has to look. */
  'order.quarantined': { readonly clientOrderId: string; readonly reason: string };
  /** The venue filled more than was asked for; by how much, in base units. */
  'order.overfilled': { readonly clientOrderId: string; readonly excess: DecimalText };
  'order.unresolved': { readonly clientOrderId: string; readonly reason: string };
  'order.ended': {
    readonly clientOrderId: string;
    readonly state: OrderEnd;
    readonly code: string | null;
    readonly message: string | null;
  };
}
