// Where the watchdog's thread begins: a thread of Node 20 does not inherit the loader of TypeScript for its
// first file, so that this one is JavaScript and loads the rest.
import { register } from 'tsx/esm/api';

register();
await import('./watchdog-thread.ts');
