// How each guard is taken out, as a patch: by one rule for all of a kind where they are alike, else by its own line.
import type { Guard } from './guard.ts';
import type { Change, Patch } from './patch.ts';

const at = (file: string, find: string, put: string): Change => ({ file, find, put });

const eligibility = 'src/domain/eligibility.ts';
const review = 'src/domain/review.ts';
const rounding = 'src/domain/rounding.ts';
const gateway = 'src/venue/gateway.ts';
const hindrance = 'src/engine/hindrance.ts';
const twoSided = 'src/strategies/two-sided.ts';

/** A check whose answer is passed over: the next one is asked. */
const unheeded = (file: string, code: string): Change =>
  at(file, `return { code: '${code}'`, `void { code: '${code}'`);

const unchecked = (code: string): Change =>
  at(
    eligibility,
    'checks.find(([holds]) => !holds)',
    `checks.find(([holds, refusal]) => !holds && refusal().code !== '${code}')`,
  );

const unlimited = (code: string): Change =>
  at(
    'src/domain/risk.ts',
    'of limitsOn(candidate, standing, limits, correlation)) {',
    `of limitsOn(candidate, standing, limits, correlation).filter((one) => one.code !== '${code}')) {`,
  );

const unbreached = (code: string): Change =>
  at(gateway, `return this.#breach('${code}', message);`, 'void message;');

const warm =
  'if (series.contiguous < warmup) return series.contiguous < series.count ? GAP : NOT_WARM;';

const REFUSALS: Readonly<Record<string, Change>> = {
  'not-warm': at(
    twoSided,
    warm,
    'if (series.contiguous < warmup && series.contiguous < series.count) return GAP;',
  ),
  gap: at(
    twoSided,
    warm,
    'if (series.contiguous < warmup && series.contiguous >= series.count) return NOT_WARM;',
  ),
  'bad-candle': at(twoSided, '    if (series.contiguous === 0) return BAD_CANDLE;\n', ''),
  'atr-zero': at(
    twoSided,
    'return series.atr(series.last) > 0 ? undefined : ATR_ZERO;',
    'return undefined;',
  ),
  'trading-state': at(review, "moment.open ? undefined : { code: 'trading-state' }", 'undefined'),
  'breaker-open': at(
    'src/domain/stopping.ts',
    'const open = stopping(book, entrant);\n  if (open === undefined) return undefined;',
    'const open = stopping(book, entrant);\n  if (open === undefined || entrant !== undefined) return undefined;',
  ),
  'account-unreconciled': unheeded('src/domain/account.ts', 'account-unreconciled'),
  'symbol-frozen': at('src/domain/account.ts', 'return frozen === undefined\n', 'return true\n'),
  'book-unmarked': unheeded(eligibility, 'book-unmarked'),
  'equity-not-positive': at(
    eligibility,
    'return worth.gt(0) ? undefined',
    'return isMarked ? undefined',
  ),
  duplicate: unheeded(eligibility, 'duplicate'),
  'position-open': unheeded(eligibility, 'position-open'),
  'daily-loss': unheeded(eligibility, 'daily-loss'),
  'max-positions': at(
    eligibility,
    'if (!(holders.size < limits.maxPositions)) {',
    'if (Number.isNaN(holders.size)) {',
  ),
  'lot-size': at(
    rounding,
    'if (broken !== undefined) {',
    "if (broken !== undefined && broken.filter === 'notional-min') {",
  ),
  'notional-min': at(
    rounding,
    'if (broken !== undefined) {',
    "if (broken !== undefined && broken.filter !== 'notional-min') {",
  ),
  'position-min': at(
    rounding,
    'return decimal(reserved).gte(minPosition)\n',
    'return decimal(reserved).gte(0)\n',
  ),
  'no-position': at(
    review,
    "if (proposal.signal.direction === 'SELL') {",
    "if (proposal.signal.id === '') {",
  ),
  ...Object.fromEntries(
    [
      ...['stage-without-capital', 'sharpe-not-positive', 'inactive', 'unhealthy'],
      ...['pair-unknown', 'stream-stale', 'signal-late', 'not-finite', 'levels-disordered'],
    ].map((code) => [code, unchecked(code)]),
  ),
  ...Object.fromEntries(
    [...['stage-cap', 'asset-cap', 'total-exposure', 'cash-reserve'], 'correlated-exposure'].map(
      (code) => [code, unlimited(code)],
    ),
  ),
};

const GATEWAY: Readonly<Record<string, Change>> = {
  uncommitted: at(
    gateway,
    'if (!this.#options.takeCommitted(order.clientOrderId)) {',
    "if (!this.#options.takeCommitted(order.clientOrderId) && order.pair === '') {",
  ),
  runaway: at(gateway, 'if (!this.#isWild) return undefined;', 'if (count >= 0) return undefined;'),
  'kill-switch': at(gateway, "return stopped('kill-switch'", "void stopped('kill-switch'"),
  'in-flight': at(
    'src/venue/placing.ts',
    'if (wire.passages.has(clientOrderId)) {',
    "if (wire.passages.has('')) {",
  ),
  'orders-per-decision': unbreached('orders-per-decision'),
  'orders-per-minute': unbreached('orders-per-minute'),
  'notional-per-minute': at(
    gateway,
    "return this.#breach('notional-per-minute', message);",
    'void message;',
  ),
};

const HINDRANCES: Readonly<Record<string, Change>> = {
  'its signal was': at(
    hindrance,
    'if (member === undefined || !(at - raisedAt <= ageMax)) {',
    'if (member === undefined) {',
  ),
  'its decision was': at(
    hindrance,
    'if (!(waitedMs <= decisionMsMax)) {',
    'if (Number.isNaN(waitedMs)) {',
  ),
  'its stream was': at(
    hindrance,
    "if (member.actor.getSnapshot().hasTag('fresh')) return undefined;",
    'if (member !== undefined) return undefined;',
  ),
};

function candleChange(name: string): Change {
  if (name === 'a close within') {
    return at(
      'src/feed/assembly.ts',
      'return before === undefined || isNear(close, before)\n',
      'return before === undefined || before > 0\n',
    );
  }
  if (name === 'an open time not after') {
    return at(
      'src/feed/stream-feed.ts',
      'if (kline.candle.openTime > marketTime() + graceMs) {',
      'if (kline.candle.openTime > Number.POSITIVE_INFINITY) {',
    );
  }
  return at('src/domain/candle.ts', `return \`expected ${name}`, `void \`expected ${name}`);
}

/** A chart's guard that always holds; what it was stays beside it under another name. */
function chartChange(name: string): Change {
  const [chart = '', guard = ''] = name.split('/');
  return at(
    `machines/${chart}.ts`,
    `    ${guard}: (`,
    `    ${guard}: () => true,\n    ${guard}Before: (`,
  );
}

const untripped = (id: string): Change =>
  at(
    'src/domain/tripping.ts',
    'if (level === null ||',
    `if (reading.id === '${id}' || level === null ||`,
  );

function changeOf({ kind, name }: Guard): Change | undefined {
  switch (kind) {
    case 'chart':
      return chartChange(name);
    case 'refusal':
      return REFUSALS[name];
    case 'breaker':
      return untripped(name);
    case 'gateway':
      return GATEWAY[name];
    case 'hindrance':
      return HINDRANCES[name];
    case 'candle':
      return candleChange(name);
    default:
      return kind satisfies never;
  }
}

/** The tree without `guard`. Throws for one that nobody has said how to take out. */
export function removalOf(guard: Guard): Patch {
  const change = changeOf(guard);
  const name = `${guard.kind} ${guard.name}`;
  if (change === undefined) throw new Error(`expected a way to take out ${name}, was none`);
  return { name, what: `${name} is gone`, changes: [change] };
}
