// The assets the generated market knows, and what it makes of a pair it does not know.
import { chanceOf } from '../chance.ts';
import { listingOf } from '../listing.ts';

export interface Asset {
  readonly pair: string;
  /** Price around which the market turns, in quote. */
  readonly home: number;
  readonly tick: number;
  readonly lot: number;
  /** Usual volume of a one-minute bar, in base. */
  readonly volume: number;
  /** Share of the common factor in its noise, 0 to 1. */
  readonly kinship: number;
  /** How often which scene is staged; the rest of 1 are plain legs. */
  readonly scenes: { readonly sweep: number; readonly climax: number; readonly spring: number };
}

type Character = Pick<Asset, 'home' | 'volume' | 'kinship' | 'scenes'>;

const sweeper = { sweep: 0.9, climax: 0.04, spring: 0.04 };

const known: Record<string, Character> = {
  'BTC/USDT': { home: 67_000, volume: 24, kinship: 0.85, scenes: sweeper },
  'ETH/USDT': {
    home: 3_450,
    volume: 320,
    kinship: 0.8,
    scenes: { sweep: 0.4, climax: 0.5, spring: 0.05 },
  },
  'SOL/USDT': { home: 158, volume: 5_200, kinship: 0.7, scenes: sweeper },
  'BNB/USDT': {
    home: 595,
    volume: 640,
    kinship: 0.65,
    scenes: { sweep: 0.4, climax: 0.1, spring: 0.45 },
  },
};

export const KNOWN_PAIRS: readonly string[] = Object.keys(known);

export function assetOf(pair: string): Asset {
  const character = known[pair] ?? stranger(pair);
  const { tickSize, stepSize } = listingOf(pair, character.home);
  return { pair, ...character, tick: tickSize.toNumber(), lot: stepSize.toNumber() };
}

/** A home between 0.1 and 100 that depends on the name alone; some 1.5 million of quote a minute. */
function stranger(pair: string): Character {
  const chance = chanceOf(pair);
  const home = 10 ** (3 * chance() - 1);
  return { home, volume: 1_500_000 / home, kinship: 0.5 + 0.3 * chance(), scenes: sweeper };
}
