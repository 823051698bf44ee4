// Version 3 of the tables: orders that rest at the venue as a second line behind the engine's own stops.
// SQLite cannot change a CHECK, so the table of orders is made anew of its rows. Checkpoints go: the
// orders in them have no price that wakes them, and the journal tells all that they told.
import { amount, atLeastZero, decimal, flag, instant, STAGE } from './column.ts';

const STATES = `'sending', 'open', 'partial', 'unknown', 'canceling', 'quarantined',
  'filled', 'rejected', 'canceled', 'absent'`;

const ORDERS = `
CREATE TABLE orders_anew (
  client_order_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  venue TEXT NOT NULL,
  ${flag('is_paper_trade')},
  config_id TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  ${instant('signal_at')},
  pair TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  purpose TEXT NOT NULL CHECK (purpose IN ('entry', 'exit', 'protection')),
  type TEXT NOT NULL CHECK (type IN ('market', 'limit', 'stop-limit')),
  ${amount('quantity')},
  limit_price ${decimal('limit_price', '> 0')},
  ${STAGE},
  ${atLeastZero('reserved')},
  exit_reason TEXT,
  ${instant('ordered_at')} NOT NULL,
  state TEXT NOT NULL CHECK (state IN (${STATES})),
  ${atLeastZero('filled')},
  venue_order_id TEXT,
  code TEXT,
  message TEXT,
  ${instant('updated_at')} NOT NULL,
  reference TEXT,
  stop_price ${decimal('stop_price', '> 0')},
  CHECK ((type = 'stop-limit') = (stop_price IS NOT NULL))
) STRICT;
INSERT INTO orders_anew SELECT *, NULL FROM orders;
DROP TABLE orders;
ALTER TABLE orders_anew RENAME TO orders;`;

const INDEXES = `
CREATE UNIQUE INDEX orders_one_decision ON orders (config_id, signal_at) WHERE purpose = 'entry';
CREATE INDEX orders_live ON orders (state, ordered_at)
  WHERE state IN ('sending', 'open', 'partial', 'unknown', 'canceling', 'quarantined');
CREATE INDEX orders_time ON orders (ordered_at);
CREATE INDEX orders_configuration ON orders (config_id);`;

const TRIGGERS = `
CREATE TRIGGER orders_born BEFORE INSERT ON orders WHEN NEW.state <> 'sending' OR NEW.filled <> '0'
  BEGIN SELECT raise(ABORT, 'expected a new order to be sending and unfilled'); END;
CREATE TRIGGER orders_state BEFORE UPDATE OF state ON orders
  WHEN NEW.state <> OLD.state AND NOT EXISTS
    (SELECT 1 FROM order_transitions WHERE before = OLD.state AND after = NEW.state)
  BEGIN SELECT raise(ABORT, 'expected a state that can follow the order''s last one'); END;
CREATE TRIGGER orders_filled BEFORE UPDATE OF filled ON orders
  WHEN CAST(NEW.filled AS REAL) < CAST(OLD.filled AS REAL)
  BEGIN SELECT raise(ABORT, 'expected the filled quantity never to fall'); END;
CREATE TRIGGER orders_identity BEFORE UPDATE OF client_order_id, config_id, signal_id, signal_at, pair,
  side, purpose, type, quantity, limit_price, stop_price, lifecycle_stage, reserved, ordered_at ON orders
  BEGIN SELECT raise(ABORT, 'expected an order to stay what was ordered'); END;`;

/**
 * The edges that cancelling, despairing and sending once more add, and that a fill takes which proves an
 * order alive after all.
 */
const TRANSITIONS = `
INSERT INTO order_transitions VALUES
  ('open', 'canceling'), ('partial', 'canceling'), ('canceling', 'filled'),
  ('canceling', 'rejected'), ('canceling', 'canceled'), ('canceling', 'absent'),
  ('sending', 'quarantined'), ('open', 'quarantined'), ('partial', 'quarantined'),
  ('unknown', 'quarantined'), ('canceling', 'quarantined'),
  ('quarantined', 'open'), ('quarantined', 'partial'), ('quarantined', 'filled'),
  ('quarantined', 'rejected'), ('quarantined', 'canceled'), ('quarantined', 'absent'),
  ('partial', 'absent'), ('absent', 'sending'),
  ('rejected', 'partial'), ('absent', 'partial');`;

export const THIRD_TABLES = [
  ORDERS,
  INDEXES,
  TRIGGERS,
  TRANSITIONS,
  'DELETE FROM checkpoints;',
].join('\n');
