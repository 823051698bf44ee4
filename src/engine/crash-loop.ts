// What a start takes from the starts before it: after one crash upon another, what is held is protected, and
// nothing new is taken until a person has looked.
import { BOOTS_KEPT, isCrashLoop, startsInRow } from '../domain/boot.ts';
import { type Fact, fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import type { Reader } from '../store/read.ts';
import type { Recovered } from './recover.ts';

/** The facts of a start at `wall` of the machine's time that its forerunners make a careful one. */
export async function careful(
  read: Pick<Reader, 'boots'>,
  { book, at }: Pick<Recovered, 'book' | 'at'>,
  wall: Millis,
): Promise<readonly Fact[]> {
  const starts = startsInRow(await read.boots(BOOTS_KEPT), wall);
  if (!isCrashLoop(starts) || book.trading !== 'active') return [];
  const reason = `crash loop: ${starts} starts within ten minutes without an orderly end; \`resume\` once it is understood`;
  return [fact('trading.reduced', { at, key: 'engine' }, { by: 'engine', reason })];
}
