// The feed of one stream: from the first subscription to live, through every way of losing it and
// coming back. Whatever was missed is repaired before the stream is called live again.
import { setup } from 'xstate';

export type FeedEvent =
  /** The first or any frame of this stream arrived. */
  | { readonly type: 'frame.received' }
  /** Nothing proves the stream broken, but it should be looked at: no frame came, or a close is overdue. */
  | { readonly type: 'repair.due' }
  | { readonly type: 'gap.found' }
  | { readonly type: 'repair.completed' }
  | { readonly type: 'repair.failed' }
  | { readonly type: 'connection.lost' };

export const feedMachine = setup({
  types: { events: {} as FeedEvent },
  actions: {
    /** Given by the feed: fetches by REST what is missing, then sends `repair.completed` or `.failed`. */
    repair: () => {},
    announceLive: () => {},
    announceStale: () => {},
  },
}).createMachine({
  id: 'feed',
  initial: 'connecting',
  states: {
    connecting: {
      on: {
        'frame.received': 'backfilling',
        'repair.due': 'backfilling',
        'connection.lost': 'reconnecting',
      },
    },
    backfilling: {
      entry: 'repair',
      on: {
        'repair.completed': 'live',
        'repair.failed': 'stale',
        'connection.lost': 'reconnecting',
      },
    },
    live: {
      entry: 'announceLive',
      exit: 'announceStale',
      on: {
        'gap.found': 'backfilling',
        'repair.due': 'backfilling',
        'connection.lost': 'reconnecting',
      },
    },
    stale: {
      on: {
        'frame.received': 'backfilling',
        'repair.due': 'backfilling',
        'connection.lost': 'reconnecting',
      },
    },
    reconnecting: {
      on: { 'frame.received': 'backfilling', 'repair.due': 'polling' },
    },
    /** The socket does not come back: candles come by REST, entries wait, exits have prices of closes. */
    polling: {
      entry: 'repair',
      on: {
        'frame.received': 'backfilling',
        'repair.due': { target: 'polling', reenter: true },
      },
    },
  },
});
