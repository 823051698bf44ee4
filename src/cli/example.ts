// The four configurations of the demo and of `init`: trained parameter sets as training would write them.

const one = (
  id: string,
  strategy: string,
  pair: string,
  stage: string,
  sharpe: number,
  winRate: number,
) => ({
  id,
  strategy_name: strategy,
  pair,
  exchange: 'binance',
  timeframe: '1m',
  lifecycle_stage: stage,
  parameters: {},
  performance: { gross_win_rate: winRate },
  validation: { sharpe_ratio: sharpe },
  regime: null,
  is_active: true,
});

export const EXAMPLE_CONFIGURATIONS = `${JSON.stringify(
  [
    one('btc-sweep', 'Liquidity Sweep', 'BTC/USDT', 'MATURE', 2.1, 68),
    one('eth-capitulation', 'Capitulation Reversal', 'ETH/USDT', 'VALIDATION', 1.4, 62),
    one('sol-sweep', 'Liquidity Sweep', 'SOL/USDT', 'MATURE', 1.9, 65),
    one('bnb-breakdown', 'Failed Breakdown', 'BNB/USDT', 'DISCOVERY', 0.8, 55),
  ],
  null,
  2,
)}\n`;

export const EXAMPLE_SETTINGS = `# Troupe's settings. Every line may be left out: what stands here is the default, unless it says otherwise.
mode: paper                      # paper: live prices, simulated fills; live also needs \`run --live\`
portfolio:
  userId: user_1
  quote: USDT
  equity: 100000                 # paper: the virtual cash; live: a ceiling on what the engine may use
  gatherMs: 50                   # signals of one close are gathered this long and decided together
store:
  url: "sqlite:data/mine/troupe.db"   # default data/troupe.db, where the demo keeps its own
  freeMegabytesMin: 500               # with less on its disk nothing new is taken
venues:
  binance: {}                    # exactly one; for a sandbox: { endpoint: { rest: "http://127.0.0.1:9100", stream: "ws://127.0.0.1:9100" }, speed: 1, sandbox: true }
configurations: configurations.json
risk:                            # shares of equity
  maxTotalExposure: 0.5
  stageCaps: { MATURE: 0.3, VALIDATION: 0.15, DISCOVERY: 0.05, DECAY: 0.1 }
  maxAssetExposure: 0.2
  cashReserve: 0.3
  maxDailyLoss: 0.02
  maxPositions: 10
  minPosition: 100               # in the quote currency
  maxCorrelatedExposure: null    # 0.4 is a sound value
sizing:
  base: { MATURE: 0.1, VALIDATION: 0.05, DISCOVERY: 0.02, DECAY: 0.03, PAPER: 0 }   # the most one position may take
  sharpeDivisor: 2               # min(Sharpe / 2, 1.5) × 0.6 + win rate × 0.4, kept within 0.5 … 1.5
  sharpeMax: 1.5
  sharpeWeight: 0.6
  winRateWeight: 0.4
  factorMin: 0.5
  factorMax: 1.5
  capital: equity                # or available
execution:
  entry: limit                   # immediate-or-cancel at the collar; or market
  collar: 0.002                  # how far above the signal's price an entry may pay
  fee: 0.001
  slippage: 0.0005
  maxSignalAge: 1                # in candles
  entriesPerMinuteMax: 60
  recvWindowMs: 5000             # how long a signed request stays valid
watchdog:
  stallMsMax: 10000              # an event loop that stands longer ends the process; the next start recovers
# breakers and lifecycle have a number for everything as well: the README lists them with their defaults
`;
