// A disk that runs full takes the journal with it: nothing new is taken before that, while exits can still be
// written down.

import type { Log } from '../ports.ts';
import type { Controlled } from './control.ts';

const megabyte = 1_000_000;
/** A person who hears of it now has time to do something about it. */
const warnMegabytes = 2000;

/** Reduces the portfolio while less than `megabytesMin` is free; call it now and then. True once told. */
export function heedDisk(
  { engine, store }: Pick<Controlled, 'engine' | 'store'>,
  megabytesMin: number,
  log: Log,
  wasTold: boolean,
): boolean {
  const free = freeOf(store);
  // A disk that is gone is the journal's to tell.
  if (free === undefined) return wasTold;
  const words = `${Math.floor(free)} MB free on the store's disk`;
  if (!(free >= megabytesMin) && engine.book().trading === 'active') {
    engine.command('reduce', 'engine', `${words}, fewer than ${megabytesMin}`);
  }
  const isShort = !(free >= Math.max(warnMegabytes, megabytesMin));
  if (isShort && !wasTold) log.warn({ free: Math.floor(free) }, `${words}: it needs some soon`);
  return isShort;
}

function freeOf(store: Controlled['store']): number | undefined {
  try {
    return store.freeBytes() / megabyte;
  } catch {
    return undefined;
  }
}
