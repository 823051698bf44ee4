// Loaded before the program: it ends with whoever started it, however that one ended. Nobody writes to its
// input, so that its end is the other's.
import { Socket } from 'node:net';

const input = new Socket({ fd: 0, readable: true, writable: false });
input.once('close', () => process.kill(process.pid, 'SIGKILL')).resume();
// To wait for that is no reason to stay.
input.unref();
