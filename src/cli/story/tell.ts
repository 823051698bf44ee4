// The story: what happened, one line each, in the words of a person who watches a portfolio.
import { breakerRule } from '../../domain/breaker.ts';
import type { Entry, FactOf } from '../../domain/fact.ts';
import { pairDecided } from '../../domain/identity.ts';
import { plain } from '../../plain.ts';
import { accountWords } from './account.ts';
import { stageWords } from './evidence.ts';
import { amount, clockTime, dateTime, type Paint, percent, priceText, signed } from './format.ts';
import { orderWords, why } from './order.ts';
import { actionWords, breakerName, reason, waterfallLine } from './waterfall.ts';

/** The line of a journal entry; undefined where a person need not hear of it. */
export function tell(entry: Entry, paint: Paint): string | undefined {
  const line = words(entry, paint);
  return line === undefined ? undefined : `${paint.dim(clockTime(entry.at))} ${line}`;
}

function words(entry: Entry, paint: Paint): string | undefined {
  switch (entry.type) {
    case 'signal.approved':
      return approved(entry, paint);
    case 'signal.refused':
      return refused(entry, paint);
    case 'fill.recorded':
      return filled(entry, paint);
    case 'exit.ordered':
      return ordered(entry, paint);
    case 'position.closed':
      return closed(entry, paint);
    case 'order.ended':
      return ended(entry, paint);
    case 'order.unresolved':
      return paint.warn(
        `? order ${entry.data.clientOrderId.slice(0, 8)} did not answer: ${plain(entry.data.reason)}; asking`,
      );
    case 'exit.decided':
    case 'protection.ordered':
    case 'protection.lost':
    case 'protection.regained':
    case 'order.resent':
    case 'order.quarantined':
    case 'order.overfilled':
      return orderWords(entry, paint);
    default:
      return portfolioWords(entry, paint);
  }
}

function portfolioWords(entry: Entry, paint: Paint): string | undefined {
  switch (entry.type) {
    case 'day.opened':
      return paint.dim(
        `— UTC day ${dateTime(entry.at).slice(0, 10)} begins at equity ${amount(entry.data.equity)}`,
      );
    case 'loss.latched':
      return paint.bad(
        `■ daily loss ${percent(entry.data.dayReturn)} reached its limit ${percent(entry.data.limit)}: no entries until the next UTC day`,
      );
    case 'breaker.tripped':
    case 'breaker.half-opened':
    case 'breaker.closed':
      return breakerWords(entry, paint);
    case 'trading.reduced':
      return paint.warn(
        `■ halted by ${plain(entry.data.by)}: ${plain(entry.data.reason)} (exits go on)`,
      );
    case 'trading.flattened':
      return paint.warn(`■ flattening, by ${plain(entry.data.by)}: ${plain(entry.data.reason)}`);
    case 'trading.resumed':
      return paint.good(`▶ resumed by ${plain(entry.data.by)}: ${plain(entry.data.reason)}`);
    case 'configuration.activated':
    case 'configuration.deactivated':
      return `${plain(entry.data.id)} ${entry.type.slice('configuration.'.length)} by ${plain(entry.data.by)}`;
    case 'configuration.faulted':
    case 'configuration.quarantined':
    case 'configuration.released':
      return faultWords(entry, paint);
    case 'twin.closed':
      return twinClosed(entry, paint);
    case 'stage.judged':
    case 'stage.overridden':
      return stageLine(entry, paint);
    case 'stream.gapped':
      return paint.warn(
        `! ${plain(entry.data.stream)} missed candles; repairing before anyone decides on it`,
      );
    default:
      return accountWords(entry, paint);
  }
}

function faultWords(
  {
    type,
    data,
  }:
    | FactOf<'configuration.faulted'>
    | FactOf<'configuration.quarantined'>
    | FactOf<'configuration.released'>,
  paint: Paint,
): string {
  const id = plain(data.id);
  if (type === 'configuration.released') {
    return paint.good(`▶ ${id} released by ${plain(data.by)}: ${plain(data.reason)}`);
  }
  const error = plain(data.error);
  if (type === 'configuration.faulted') {
    return paint.warn(`! ${id} failed: ${error}; it begins again in ${data.waitMs / 1000} s`);
  }
  return paint.bad(
    `■ ${id} quarantined: ${error}; it takes no part, its position stays watched (\`configurations show ${id}\`)`,
  );
}

/** In passing: a twin moves no money. */
function twinClosed({ data: { trade } }: FactOf<'twin.closed'>, paint: Paint): string {
  const { pair, configId, returnR, exitReason } = trade;
  return paint.dim(
    `◌ twin of ${plain(configId)} ${plain(pair)} closed ${signed(returnR)} R, ${why[exitReason]}`,
  );
}

/** Where a look only failed, or the count began anew, nobody need hear of it. */
function stageLine(
  fact: FactOf<'stage.judged'> | FactOf<'stage.overridden'>,
  paint: Paint,
): string | undefined {
  const line = `★ ${plain(fact.data.id)} ${stageWords(fact)}`;
  if (fact.type === 'stage.overridden') return paint.warn(line);
  switch (fact.data.verdict.kind) {
    case 'promoted':
      return paint.good(line);
    case 'demoted':
    case 'archived':
      return paint.bad(line);
    case 'kept':
      return paint.dim(line);
    default:
      return undefined;
  }
}

function breakerWords(
  {
    type,
    data,
  }: FactOf<'breaker.tripped'> | FactOf<'breaker.half-opened'> | FactOf<'breaker.closed'>,
  paint: Paint,
): string {
  const name = breakerName(data);
  if (type === 'breaker.closed') {
    return paint.good(`▶ breaker ${name} closed by ${plain(data.by)}: ${plain(data.reason)}`);
  }
  if (type === 'breaker.half-opened') {
    return paint.warn(`▷ breaker ${name} half open: one entry of the smallest size tries`);
  }
  const { action, watches } = breakerRule(data.id);
  const value = data.value === null ? 'no number' : Number(data.value.toPrecision(4));
  const measured = `${value} reached ${Number(data.trip.toPrecision(4))}`;
  return paint.bad(`■ breaker ${name}: ${watches}: ${measured} → ${actionWords(action)}`);
}

function approved({ data }: FactOf<'signal.approved'>, paint: Paint): string {
  const { signal, waterfall } = data;
  const { entryPrice, stopLoss, takeProfit } = signal;
  const head = paint.good(`✓ BUY  ${plain(signal.pair)}`);
  const plan = `at ${priceText(entryPrice)}, stop ${priceText(stopLoss)}, target ${priceText(takeProfit)}`;
  return `${head} ${plain(signal.configId)} ${plan}\n           ${paint.dim(waterfallLine(waterfall))}`;
}

function refused({ data }: FactOf<'signal.refused'>, paint: Paint): string {
  const { signal, refusal, waterfall } = data;
  const head = paint.warn(`✗ ${signal.direction.padEnd(4)} ${plain(signal.pair)}`);
  const size =
    waterfall.formula === null ? '' : `\n           ${paint.dim(waterfallLine(waterfall))}`;
  return `${head} ${plain(signal.configId)} refused, ${reason(refusal)}${size}`;
}

function filled({ data }: FactOf<'fill.recorded'>, paint: Paint): string {
  const { side, quantity, price, pair, fee, feeAsset } = data.fill;
  const whose = paint.dim(plain(data.configId));
  const verb = side === 'buy' ? 'bought' : 'sold  ';
  return `${paint.accent('·')} ${verb} ${quantity} ${plain(pair)} ${whose} at ${priceText(price)} ${paint.dim(`fee ${fee} ${plain(feeAsset)}`)}`;
}

function ordered({ data }: FactOf<'exit.ordered'>, paint: Paint): string {
  const at = data.price === null ? '' : ` at ${priceText(data.price)}`;
  return `${paint.accent('→')} exit ${plain(data.order.pair)} ${plain(data.order.configId)}: ${why[data.reason]}${at}`;
}

function closed({ data }: FactOf<'position.closed'>, paint: Paint): string {
  const { pair, configId, profit, returnR, exitReason, entryPrice, exitPrice } = data.trade;
  const colour = Number(profit) >= 0 ? paint.good : paint.bad;
  const result = colour(`${signed(profit)} (${signed(returnR)} R)`);
  const way = `${priceText(entryPrice)} → ${priceText(exitPrice)}`;
  return `● closed ${plain(pair)} ${plain(configId)} ${result} ${paint.dim(`${way}, ${why[exitReason]}, after fees`)}`;
}

function ended({ data, key, cause }: FactOf<'order.ended'>, paint: Paint): string | undefined {
  if (data.state === 'filled') return undefined;
  const pair = cause === null ? undefined : pairDecided(cause);
  if (data.state === 'canceled' && pair !== undefined) {
    return paint.dim(`⌐ the stop at the venue for ${plain(pair)} is gone`);
  }
  const about = data.message === null ? '' : `: ${plain(data.message)}`;
  if (data.state === 'canceled' && data.code === null) {
    return paint.dim(`  order ${key.slice(0, 8)} ended, the rest was not to be had at its price`);
  }
  return paint.warn(`! order ${key.slice(0, 8)} ${data.state}${about}`);
}
