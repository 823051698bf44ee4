// What must be true before anything is sent: the key may trade but not withdraw.
import { VenueFault } from '../exchange/fault.ts';
import type { Asking } from './asking.ts';
import { isWords } from './wire.ts';
import type { Binance } from './wired-client.ts';

/** Throws a final `VenueFault` unless the key may trade spot and may not withdraw. */
export async function checkKey(client: Binance, { ask }: Asking): Promise<void> {
  const rights: unknown = await ask('the rights of the key', () =>
    client.sapiGetAccountApiRestrictions(),
  );
  const granted = (name: string): unknown => (isWords(rights) ? rights[name] : undefined);
  // Only a plain `false` shows that the right is absent.
  if (granted('enableWithdrawals') !== false) {
    throw refused(
      `expected a key without the right to withdraw, was ${granted('enableWithdrawals')}`,
    );
  }
  if (granted('enableSpotAndMarginTrading') !== true) {
    throw refused('expected a key with the right to trade spot, was one without it');
  }
}

const refused = (message: string): VenueFault => new VenueFault(message, { retryable: false });
