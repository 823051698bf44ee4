// Version 1 of the tables. What must never be is refused by the database itself: an order decided twice,
// a trade applied twice, a state that cannot follow, a number without bounds, a journal with a hole.
import {
  amount,
  atLeastZero,
  decimal,
  flag,
  instant,
  json,
  number,
  STAGE,
  signed,
} from './column.ts';

const JOURNAL = `
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY CHECK (seq >= 1),
  ${instant('at')} NOT NULL,
  type TEXT NOT NULL,
  v INTEGER NOT NULL CHECK (v BETWEEN 1 AND 1000),
  key TEXT NOT NULL,
  cause TEXT,
  ${json('data')} NOT NULL
) STRICT;
CREATE INDEX journal_type ON journal (type, seq);
CREATE INDEX journal_key ON journal (key, seq);
CREATE INDEX journal_cause ON journal (cause, seq) WHERE cause IS NOT NULL;
CREATE TRIGGER journal_gapless BEFORE INSERT ON journal
  WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)
  BEGIN SELECT raise(ABORT, 'expected the next place in the journal'); END;
CREATE TRIGGER journal_kept BEFORE UPDATE ON journal
  BEGIN SELECT raise(ABORT, 'expected the journal to be appended to only'); END;
CREATE TRIGGER journal_whole BEFORE DELETE ON journal
  BEGIN SELECT raise(ABORT, 'expected the journal to be appended to only'); END;
CREATE TABLE checkpoints (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, state TEXT NOT NULL) STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`;

const CONFIGURATIONS = `
CREATE TABLE trained_configurations (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL CHECK (version >= 1),
  strategy_name TEXT NOT NULL,
  pair TEXT NOT NULL,
  exchange TEXT NOT NULL,
  timeframe TEXT NOT NULL,
  ${STAGE},
  ${json('parameters')} NOT NULL,
  ${json('performance')} NOT NULL,
  ${json('validation')} NOT NULL,
  regime TEXT,
  ${json('evidence')},
  ${number('win_rate_percent', 0, 100)} NOT NULL,
  ${number('sharpe', -1e9, 1e9)},
  ${flag('is_active')},
  imported_by TEXT NOT NULL,
  ${instant('updated_at')} NOT NULL
) STRICT;`;

const POSITION = `
  user_id TEXT NOT NULL,
  config_id TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  symbol TEXT NOT NULL,
  asset TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction = 'BUY'),
  ${STAGE},
  ${number('confidence', 0, 1)} NOT NULL,
  ${amount('entry_reference')},
  ${amount('level')},
  ${amount('stop_loss')},
  ${amount('take_profit')},
  ${instant('expires_at')} NOT NULL,
  ${instant('entry_at')} NOT NULL,
  entry_timestamp TEXT NOT NULL,
  strategy_name TEXT NOT NULL,
  ${flag('is_paper_trade')}`;

const POSITIONS = `
CREATE TABLE active_trades (${POSITION},
  entry_price ${decimal('entry_price', '> 0')},
  ${atLeastZero('quantity')},
  ${atLeastZero('cost')},
  ${atLeastZero('bought')},
  ${atLeastZero('paid')},
  ${signed('realised')},
  ${signed('fees')},
  exit_reason TEXT,
  PRIMARY KEY (config_id)
) STRICT;
CREATE TABLE trades (${POSITION},
  id INTEGER PRIMARY KEY,
  ${amount('entry_price')},
  ${amount('quantity')},
  ${amount('exit_price')},
  ${instant('exit_at')} NOT NULL,
  exit_timestamp TEXT NOT NULL,
  exit_reason TEXT NOT NULL,
  ${signed('fees')},
  ${signed('profit')},
  ${number('return_r', -1e9, 1e9)} NOT NULL
) STRICT;
CREATE INDEX trades_configuration ON trades (config_id, exit_at);`;

const STATES = `'sending', 'open', 'partial', 'unknown', 'filled', 'rejected', 'canceled', 'absent'`;
const ORDERS = `
CREATE TABLE orders (
  client_order_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  venue TEXT NOT NULL,
  ${flag('is_paper_trade')},
  config_id TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  ${instant('signal_at')},
  pair TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  purpose TEXT NOT NULL CHECK (purpose IN ('entry', 'exit')),
  type TEXT NOT NULL CHECK (type IN ('market', 'limit')),
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
  ${instant('updated_at')} NOT NULL
) STRICT;
CREATE UNIQUE INDEX orders_one_decision ON orders (config_id, signal_at) WHERE purpose = 'entry';
CREATE INDEX orders_live ON orders (state, ordered_at)
  WHERE state IN ('sending', 'open', 'partial', 'unknown');
CREATE INDEX orders_time ON orders (ordered_at);`;

/** The edges of an order's statechart; nothing leaves an end. */
const TRANSITIONS = `
CREATE TABLE order_transitions (before TEXT, after TEXT, PRIMARY KEY (before, after)) STRICT;
INSERT INTO order_transitions VALUES
  ('sending', 'open'), ('sending', 'partial'), ('sending', 'unknown'), ('sending', 'filled'),
  ('sending', 'rejected'), ('sending', 'canceled'), ('sending', 'absent'),
  ('open', 'partial'), ('open', 'filled'), ('open', 'rejected'), ('open', 'canceled'),
  ('open', 'unknown'), ('open', 'absent'),
  ('partial', 'filled'), ('partial', 'canceled'), ('partial', 'unknown'), ('partial', 'rejected'),
  ('unknown', 'open'), ('unknown', 'partial'), ('unknown', 'filled'), ('unknown', 'rejected'),
  ('unknown', 'canceled'), ('unknown', 'absent');
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
  side, purpose, type, quantity, limit_price, lifecycle_stage, reserved, ordered_at ON orders
  BEGIN SELECT raise(ABORT, 'expected an order to stay what was ordered'); END;`;

const MONEY = `
CREATE TABLE fills (
  venue TEXT NOT NULL,
  pair TEXT NOT NULL,
  trade_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  client_order_id TEXT NOT NULL,
  config_id TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  ${amount('price')},
  ${amount('quantity')},
  ${signed('fee')},
  fee_asset TEXT NOT NULL,
  ${signed('fee_value')},
  ${signed('realised')},
  ${instant('filled_at')} NOT NULL,
  PRIMARY KEY (venue, pair, trade_id)
) STRICT;
CREATE INDEX fills_order ON fills (client_order_id);
CREATE TABLE ledger (
  seq INTEGER NOT NULL,
  line INTEGER NOT NULL,
  ${instant('posted_at')} NOT NULL,
  account TEXT NOT NULL,
  asset TEXT NOT NULL,
  ${signed('amount')},
  PRIMARY KEY (seq, line)
) STRICT;
CREATE TABLE equity (
  seq INTEGER PRIMARY KEY,
  ${instant('marked_at')} NOT NULL,
  ${signed('equity')},
  ${signed('cash')},
  ${signed('exposure')},
  ${signed('realised')},
  ${signed('fees')},
  ${number('day_return', -1e9, 1e9)} NOT NULL
) STRICT;
CREATE INDEX equity_time ON equity (marked_at);
CREATE TABLE days (
  day INTEGER PRIMARY KEY,
  ${signed('start_equity')},
  ${instant('opened_at')} NOT NULL,
  ${instant('latched_at')},
  ${number('latched_return', -1e9, 1e9)}
) STRICT;`;

export const FIRST_TABLES = [JOURNAL, CONFIGURATIONS, POSITIONS, ORDERS, TRANSITIONS, MONEY].join(
  '\n',
);
