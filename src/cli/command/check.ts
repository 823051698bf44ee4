// `check`: what would stop the engine from trading with these settings.
import type { Command } from 'commander';
import { createClock, nodeTimers } from '../../clock.ts';
import type { Configuration } from '../../domain/configuration.ts';
import { decimal, money, notional, type Price, price } from '../../domain/money.ts';
import { size } from '../../domain/sizing.ts';
import { unfitFor } from '../../engine/admission.ts';
import { createClient, loadExchange } from '../../exchange/client.ts';
import { withDeadline } from '../../exchange/deadline.ts';
import { wordsOf } from '../../exchange/fault.ts';
import { RateBudget } from '../../exchange/rate-budget.ts';
import { dataDirectoryOf } from '../../launch/launch.ts';
import { plainLog } from '../../log.ts';
import { describeProblem } from '../../settings/problem.ts';
import type { Credentials } from '../../settings/secret.ts';
import { type Settings, venueOf } from '../../settings/settings.ts';
import { connectVenue } from '../../venue/ccxt.ts';
import { loadInstruments } from '../../venue/listing.ts';
import { configurationPath, loadDocument, loadSettings } from '../load.ts';
import type { Bench } from '../program.ts';
import { ownCredentials } from '../seclusion.ts';
import { amount } from '../story/format.ts';
import type { Terminal } from '../terminal.ts';

export function addCheckCommand(program: Command, bench: Bench): void {
  program
    .command('check')
    .description('what would stop the engine from trading: keys, clock, pairs, smallest sizes')
    .option('--effective', 'print every setting in force, without secrets', false)
    .action(({ effective }: { effective: boolean }, command: Command) =>
      bench.run(() =>
        check(command.optsWithGlobals()['settings'], effective, bench.terminal(command)),
      ),
    );
}

interface Finding {
  readonly ok: boolean;
  readonly what: string;
}

const good = (what: string): Finding => ({ ok: true, what });
const bad = (what: string): Finding => ({ ok: false, what });
const deadlineMs = 20_000;

async function check(file: string, effective: boolean, terminal: Terminal): Promise<number> {
  const settings = loadSettings(file);
  if (effective) terminal.show({ settings }, JSON.stringify(settings, null, 2).split('\n'));
  const findings: Finding[] = [
    good(`settings: ${file}, mode ${settings.mode}, data in ${dataDirectoryOf(settings)}`),
  ];
  const document = loadDocument(configurationPath(settings, file));
  for (const problem of document.problems) findings.push(bad(describeProblem(problem)));
  findings.push(...(await checkVenue(settings, document.configurations)));
  const { paint } = terminal;
  terminal.show(
    findings,
    findings.map(({ ok, what }) =>
      ok ? `${paint.good('✓')} ${what}` : `${paint.bad('✗')} ${what}`,
    ),
  );
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

async function checkVenue(
  settings: Settings,
  configurations: readonly Configuration[],
): Promise<readonly Finding[]> {
  const { name, venue } = venueOf(settings);
  const { recvWindowMs } = settings.execution;
  const { monotonic } = createClock(1);
  const budget = new RateBudget({ monotonic, after: nodeTimers.after });
  const exchange = { name, endpoint: venue.endpoint, credentials: null, recvWindowMs, budget };
  const client = await createClient(await loadExchange(name), exchange);
  try {
    const instruments = await loadInstruments(client, nodeTimers.after);
    const skew = await skewOf(client);
    const prices = new Map<string, Promise<Price>>();
    const priceOf = (pair: string): Promise<Price> => {
      const price = prices.get(pair) ?? lastPrice(client, pair);
      prices.set(pair, price);
      return price;
    };
    const venueRules = { name, quote: settings.portfolio.quote, instruments };
    return [
      good(`${name}: ${instruments.size} pairs`),
      Math.abs(skew) <= 500
        ? good(`clock within ${Math.abs(skew)} ms`)
        : bad(`clock off by ${skew} ms`),
      ...(await checkKeys(settings, exchange)),
      ...(await Promise.all(
        configurations.map((one) =>
          checkSize(one, settings, venueRules, priceOf).catch((error: unknown) =>
            bad(`${one.id}: ${wordsOf(error)}`),
          ),
        ),
      )),
    ];
  } catch (error) {
    return [bad(`${name} does not answer: ${wordsOf(error)}`)];
  } finally {
    await client.close();
  }
}

type Client = Awaited<ReturnType<typeof createClient>>;

async function skewOf(client: Client): Promise<number> {
  const before = Date.now();
  const theirs = Number(
    await withDeadline(client.fetchTime(), deadlineMs, 'the time', nodeTimers.after),
  );
  return Math.round(theirs - (before + Date.now()) / 2);
}

/** Keys by use: connecting signs, and refuses a key that may withdraw. */
async function checkKeys(
  { mode }: Settings,
  exchange: Parameters<typeof connectVenue>[0],
): Promise<readonly Finding[]> {
  const { name } = exchange;
  let credentials: Credentials | undefined;
  try {
    credentials = ownCredentials(name);
  } catch (error) {
    return [bad(`key refused: ${wordsOf(error)}`)];
  }
  if (credentials === undefined) {
    const how = `TROUPE_${name.toUpperCase()}_KEY and _SECRET`;
    return mode === 'live'
      ? [bad(`no keys: live needs ${how}`)]
      : [good('no keys: paper needs none')];
  }
  const log = plainLog({ write: () => {}, secrets: [credentials.key, credentials.secret] });
  const bench = { clock: createClock(1), timers: nodeTimers, log };
  const venue = connectVenue({ ...exchange, credentials }, bench);
  try {
    await venue.connect();
    const balances = await venue.balances();
    return [good(`key accepted, no withdrawal rights, ${balances.size} balances`)];
  } catch (error) {
    return [bad(`key refused: ${wordsOf(error)}`)];
  } finally {
    await venue.close();
  }
}

async function lastPrice(client: Client, pair: string): Promise<Price> {
  const asked = client.fetchOHLCV(pair, '1m', undefined, 1);
  const [row] = await withDeadline(asked, deadlineMs, `the price of ${pair}`, nodeTimers.after);
  return price(String(row?.[4]));
}

/** Whether the configuration's full size, at the highest confidence, is above every minimum. */
async function checkSize(
  configuration: Configuration,
  { portfolio, sizing, risk }: Settings,
  venue: Parameters<typeof unfitFor>[1],
  priceOf: (pair: string) => Promise<Price>,
): Promise<Finding> {
  const { id, pair, stage, sharpe, winRatePercent } = configuration;
  const unfit = unfitFor(configuration, venue);
  const instrument = venue.instruments.get(pair);
  if (unfit !== undefined || instrument === undefined) {
    return bad(`${id}: expected ${unfit?.expected}, was ${unfit?.was}`);
  }
  if (!instrument.active) return bad(`${id}: ${pair} is not traded at the moment`);
  if (!configuration.isActive) return good(`${id}: archived, takes no part`);
  if (stage === 'PAPER') return good(`${id}: PAPER holds no capital`);
  if (sharpe === null || !(sharpe > 0)) return bad(`${id}: the Sharpe ratio is not above zero`);
  const capital = money(portfolio.equity);
  const full = size({ stage, sharpe, winRatePercent, confidence: 1, capital }, sizing).size;
  const smallest = [
    risk.minPosition,
    instrument.notionalMin,
    notional(await priceOf(pair), instrument.quantityMin),
  ].map((minimum) => decimal(minimum));
  const least = smallest.reduce((a, b) => (a.gt(b) ? a : b));
  const words = `full size ${amount(full)}, smallest possible ${amount(least.toFixed())}`;
  return decimal(full).gte(least)
    ? good(`${id}: ${words}`)
    : bad(`${id}: ${words}: it could never trade`);
}
