// What the store of a trial says, read while an engine writes it or after.
import { openReader } from '../../../src/store/read.ts';

const rowsMax = 1000;

export interface Books {
  readonly positions: readonly {
    readonly configId: string;
    readonly quantity: number;
    readonly stop: number;
    readonly isLeaving: boolean;
  }[];
  /** Client ids of orders that have not ended. */
  readonly live: readonly string[];
  /** Every order that was ever meant. */
  readonly intents: readonly {
    readonly id: string;
    readonly configId: string;
    readonly purpose: string;
  }[];
}

export async function booksOf(store: string): Promise<Books> {
  const reader = openReader(`sqlite:${store}`);
  try {
    const positions = await reader.positions();
    const live = await reader.orders('live', rowsMax);
    const all = await reader.orders('all', rowsMax);
    return {
      positions: positions.map((row) => ({
        configId: row.config_id,
        quantity: Number(row.quantity),
        stop: Number(row.stop_loss),
        isLeaving: row.exit_reason !== null,
      })),
      live: live.map((row) => row.client_order_id),
      intents: all.map((row) => ({
        id: row.client_order_id,
        configId: row.config_id,
        purpose: row.purpose,
      })),
    };
  } finally {
    await reader.close();
  }
}
