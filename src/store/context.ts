// Whose store it is: one user, one venue, paper or real. Rows carry it, and a store keeps it for life:
// the positions of a paper account must never be taken for those of a real one.
import type { Connection } from './connection.ts';
import { StoreFault } from './fault.ts';
import type { Schema } from './schema.ts';

export interface StoreContext {
  readonly userId: string;
  readonly venue: string;
  readonly isPaper: boolean;
}

const describe = ({ userId, venue, isPaper }: StoreContext): Record<string, string> => ({
  user_id: userId,
  venue,
  mode: isPaper ? 'paper' : 'live',
});

/** Marks a new store with its context; refuses one that was made for another. Throws `StoreFault`. */
export function claim(connection: Connection<Schema>, context: StoreContext): void {
  const wanted = describe(context);
  connection.transaction(() => {
    const found = contextRows(connection);
    for (const [name, value] of Object.entries(wanted)) {
      const known = found.get(name);
      if (known === undefined) {
        connection.run(connection.query.insertInto('meta').values({ name, value }));
      } else if (known !== value) {
        throw new StoreFault(
          'other-store',
          `expected a store whose ${name} is ${value}, was ${known}: give each its own directory`,
        );
      }
    }
  });
}

/** What the store says of itself: `user_id`, `venue`, `mode`. */
export function contextRows(connection: Connection<Schema>): ReadonlyMap<string, string> {
  const rows = connection.all(connection.query.selectFrom('meta').selectAll().orderBy('name'));
  return new Map(rows.map(({ name, value }) => [name, value]));
}
