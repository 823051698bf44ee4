// The store's tables as types. Column names are those of the project's card; amounts are decimal text,
// instants are UTC milliseconds (`_at`) and, where people read them, ISO text (`_timestamp`).
import type { Stage } from '../domain/configuration.ts';
import type { Side } from '../domain/fill.ts';
import type { DecimalText } from '../domain/money.ts';
import type { ExitReason, Order, OrderState } from '../domain/order.ts';
import type { Millis } from '../domain/time.ts';

type Json = string;
/** SQLite has no booleans: 0 or 1. */
type Flag = 0 | 1;

export type JournalRow = {
  seq: number;
  at: Millis;
  type: string;
  v: number;
  key: string;
  cause: string | null;
  data: Json;
};

export type ConfigurationRow = {
  id: string;
  version: number;
  strategy_name: string;
  pair: string;
  exchange: string;
  timeframe: string;
  lifecycle_stage: Stage;
  parameters: Json;
  performance: Json;
  validation: Json;
  regime: string | null;
  evidence: Json | null;
  win_rate_percent: number;
  sharpe: number | null;
  is_active: Flag;
  imported_by: string;
  updated_at: Millis;
};

/** What a held and a finished position have in common. */
type PositionColumns = {
  user_id: string;
  config_id: string;
  signal_id: string;
  symbol: string;
  asset: string;
  direction: 'BUY';
  lifecycle_stage: Stage;
  confidence: number;
  entry_reference: DecimalText;
  level: DecimalText;
  stop_loss: DecimalText;
  take_profit: DecimalText;
  expires_at: Millis;
  entry_at: Millis;
  entry_timestamp: string;
  strategy_name: string;
  is_paper_trade: Flag;
};

export type ActiveTradeRow = PositionColumns & {
  /** Volume-weighted; null until the first fill. */
  entry_price: DecimalText | null;
  /** Base units held and their cost in quote currency. */
  quantity: DecimalText;
  cost: DecimalText;
  bought: DecimalText;
  paid: DecimalText;
  realised: DecimalText;
  fees: DecimalText;
  /** Why it is on its way out; null while it is held. */
  exit_reason: ExitReason | null;
};

export type TradeRow = PositionColumns & {
  /** Place of its closing in the journal. */
  id: number;
  entry_price: DecimalText;
  quantity: DecimalText;
  exit_price: DecimalText;
  exit_at: Millis;
  exit_timestamp: string;
  exit_reason: ExitReason;
  fees: DecimalText;
  profit: DecimalText;
  return_r: number;
  /** Of a paper twin, not of the portfolio. */
  is_twin: Flag;
  /** The configuration's version whose evidence it is; null for the portfolio's. */
  config_version: number | null;
};

/** A paper twin's virtual book, of the version it belongs to. */
type TwinRow = {
  config_id: string;
  config_version: number;
  equity: DecimalText;
  position: Json | null;
};

/** How far a configuration's version has come; `_seq`: where in the journal parts of its record began. */
export type CareerRow = {
  config_id: string;
  config_version: number;
  state: Json;
  entered_seq: number;
  counted_seq: number;
  watched_seq: number;
  updated_at: Millis;
};

export type OrderRow = {
  client_order_id: string;
  user_id: string;
  venue: string;
  is_paper_trade: Flag;
  config_id: string;
  signal_id: string;
  /** Close time of the candle an entry was decided on; null for exits. */
  signal_at: Millis | null;
  pair: string;
  side: Side;
  purpose: Order['purpose'];
  type: Order['type'];
  quantity: DecimalText;
  limit_price: DecimalText | null;
  lifecycle_stage: Stage;
  reserved: DecimalText;
  exit_reason: ExitReason | null;
  ordered_at: Millis;
  state: OrderState;
  /** Cumulative, in base units. */
  filled: DecimalText;
  venue_order_id: string | null;
  /** The venue's words: why the outcome is unknown, or how the order ended. */
  code: string | null;
  message: string | null;
  updated_at: Millis;
  /** The price that asked for it; null where none did. */
  reference: DecimalText | null;
  stop_price: DecimalText | null;
};

type FillRow = {
  venue: string;
  pair: string;
  trade_id: string;
  seq: number;
  client_order_id: string;
  config_id: string;
  signal_id: string;
  purpose: Order['purpose'];
  side: Side;
  price: DecimalText;
  quantity: DecimalText;
  fee: DecimalText;
  fee_asset: string;
  fee_value: DecimalText;
  realised: DecimalText;
  filled_at: Millis;
};

/** One posting: line `line` of the transaction that entry `seq` made. */
type LedgerRow = {
  seq: number;
  line: number;
  posted_at: Millis;
  account: string;
  asset: string;
  amount: DecimalText;
};

export type EquityRow = {
  seq: number;
  marked_at: Millis;
  equity: DecimalText;
  cash: DecimalText;
  exposure: DecimalText;
  realised: DecimalText;
  fees: DecimalText;
  day_return: number;
};

/** A UTC day of the book: its start, and when its loss stopped entries. */
export type DayRow = {
  day: number;
  start_equity: DecimalText;
  opened_at: Millis;
  latched_at: Millis | null;
  latched_return: number | null;
};

export interface Schema {
  journal: JournalRow;
  trained_configurations: ConfigurationRow;
  active_trades: ActiveTradeRow;
  trades: TradeRow;
  twins: TwinRow;
  careers: CareerRow;
  orders: OrderRow;
  fills: FillRow;
  ledger: LedgerRow;
  equity: EquityRow;
  days: DayRow;
  checkpoints: { seq: number; hash: string; state: string };
  meta: { name: string; value: string };
}
