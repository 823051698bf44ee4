// An engine's store in a process of its own, for tests that kill it: appends without end and says on
// standard output what was acknowledged.
import type { Entry } from '../../src/domain/fact.ts';
import { fold } from '../../src/domain/fold.ts';
import { EMPTY_PORTFOLIO } from '../../src/domain/portfolio.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { CONTEXT } from './context.ts';
import { configuration, Story } from './story.ts';

const [url = '', work = 'append'] = process.argv.slice(2);

/** Goes on where the store's last engine was stopped. */
async function resume(store: Store): Promise<Story> {
  const entries: Entry[] = [];
  for await (const entry of store.journal.read(1)) entries.push(entry);
  if (entries.length === 0) return new Story().open(configuration('a'));
  return new Story(fold(EMPTY_PORTFOLIO, entries), entries.at(-1)?.at);
}

async function run(): Promise<void> {
  const store = await openStore({ ...CONTEXT, url });
  console.log('open');
  if (work === 'hold') setInterval(() => undefined, 1000);
  const story = await resume(store);
  for (let told = 0; work === 'append'; told = story.facts.length) {
    story.propose(configuration('a'), 0.3).fill('1', '67000').exit('a').fill('1', '67100');
    const entries = await store.journal.append(story.facts.slice(told));
    console.log(entries.at(-1)?.seq);
  }
}

run().catch((error: unknown) => {
  console.log(error instanceof Error ? `${error.name} ${error.message}` : String(error));
  process.exitCode = 3;
});
