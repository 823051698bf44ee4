// Loaded before the program: says aloud what the guard of protection found at each look.
import { Guard } from '../../../src/engine/guard.ts';

const { look } = Guard.prototype;
Guard.prototype.look = function (book) {
  look.call(this, book);
  const unprotected = Object.keys(this.ages());
  process.stdout.write(
    `${JSON.stringify({ msg: 'guard.looked', wall: Date.now(), unprotected })}\n`,
  );
};
