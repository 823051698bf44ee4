// The feed of one stream: from the first subscription to live, through every way of losing it and
// coming back. Whatever was missed is repaired before the stream is called live again.
import { setup } from 'xstate';

export type FeedEvent =
  /** A frame of this stream arrived while it was not live. */
  | { readonly type: 'frame.received' }
  /** Nothing proves the stream broken, but it should be looked at: no frame came, or a close is overdue. */
  | { readonly type: 'repair.due' }
  | { readonly type: 'gap.found' }
  /** All that has closed is here. */
  | { readonly type: 'repair.completed' }
  /** REST did not answer, or its answer left a hole. */
  | { readonly type: 'repair.failed' }
  | { readonly type: 'connection.lost' }
  /** Frames stay away, and something happened that they should have told, or nobody could say. */
  | { readonly type: 'stream.silent' };

export const feedMachine = setup({
  types: { events: {} as FeedEvent },
  actions: {
    /** Given by the feed: fetches by REST what is missing, then sends `repair.completed` or `.failed`. */
    repair: () => {},
    announceLive: () => {},
    /** Given by the feed: says that the stream is no longer live, and what ended it. */
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
        'stream.silent': 'polling',
      },
    },
    /** A repair failed: it is tried again, the socket may be well. */
    stale: {
      on: {
        'repair.due': 'backfilling',
        'connection.lost': 'reconnecting',
      },
    },
    reconnecting: {
      on: {
        'frame.received': 'backfilling',
        'repair.due': 'polling',
      },
    },
    /** Frames stay away: candles and prices come by REST, entries wait for the frames to come back. */
    polling: {
      entry: 'repair',
      on: {
        'frame.received': 'backfilling',
        'repair.due': { target: 'polling', reenter: true },
      },
    },
  },
});
