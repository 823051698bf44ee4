// The code that decides about money: a mistake here costs some, so that each line of it must be noticed by
// a test when it is changed.

const domain = (...names) => names.map((name) => `src/domain/${name}.ts`);

export const mutated = [
  // Sizing, risk and what may be proposed at all.
  ...domain('sizing', 'risk', 'eligibility', 'batch', 'rounding', 'stopping', 'review'),
  // The ledger, and from a fill to a trade.
  ...domain('money', 'ledger', 'portion', 'closing', 'settlement'),
  // Triggers.
  ...domain('trigger'),
  // What becomes of an order.
  ...domain('conclusion'),
  ...['src/venue/outcome.ts', 'src/venue/wire.ts'],
  // The lifecycle and its evidence.
  ...domain('performance', 'drawdown', 'drift', 'lifecycle-state'),
  ...domain('track-record', 'lifecycle-evidence', 'lifecycle', 'progress'),
];
