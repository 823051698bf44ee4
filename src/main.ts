// The entry: everything else is reached through the command line.
import { main } from './cli/program.ts';

const leaveMsMax = 2000;

process.exitCode = await main(process.argv);
// What did not end in order (a store that is gone, a socket that hangs) does not keep the process here.
setTimeout(() => process.exit(), leaveMsMax).unref();
