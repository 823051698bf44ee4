// Version 2 of the tables: the paper twins with their open positions, how far each configuration has come in
// its lifecycle, which finished trades are a twin's, and what an order's slippage is measured against.

export const SECOND_TABLES = `
ALTER TABLE trades ADD COLUMN is_twin INTEGER NOT NULL DEFAULT 0 CHECK (is_twin IN (0, 1));
ALTER TABLE trades ADD COLUMN config_version INTEGER CHECK (config_version >= 1);
CREATE INDEX trades_evidence ON trades (config_id, config_version, id) WHERE is_twin = 1;
CREATE INDEX trades_portfolio ON trades (id) WHERE is_twin = 0;
ALTER TABLE orders ADD COLUMN reference TEXT;
CREATE INDEX orders_configuration ON orders (config_id);
CREATE TABLE twins (
  config_id TEXT PRIMARY KEY,
  config_version INTEGER NOT NULL CHECK (config_version >= 1),
  equity TEXT NOT NULL CHECK (equity NOT GLOB '*[^0-9.-]*' AND equity GLOB '*[0-9]*'
    AND CAST(equity AS REAL) > -1e30 AND CAST(equity AS REAL) < 1e30),
  position TEXT CHECK (json_valid(position))
) STRICT;
CREATE TABLE careers (
  config_id TEXT PRIMARY KEY,
  config_version INTEGER NOT NULL CHECK (config_version >= 1),
  state TEXT NOT NULL CHECK (json_valid(state)),
  entered_seq INTEGER NOT NULL CHECK (entered_seq >= 1),
  counted_seq INTEGER NOT NULL CHECK (counted_seq >= entered_seq),
  watched_seq INTEGER NOT NULL CHECK (watched_seq >= entered_seq),
  updated_at INTEGER NOT NULL CHECK (updated_at BETWEEN 0 AND 253402300799999)
) STRICT;`;
