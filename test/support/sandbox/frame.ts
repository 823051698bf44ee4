// Frames of the public streams, as far as the sandbox's tests look at them.
import { z } from 'zod';
import type { Listener } from './listener.ts';

export const tradeFrame = z.object({
  e: z.literal('trade'),
  ...{ s: z.string(), t: z.number(), T: z.number() },
});
export type TradeFrame = z.infer<typeof tradeFrame>;

const level = z.tuple([z.string(), z.string()]);
export const depthFrame = z.object({
  e: z.literal('depthUpdate'),
  ...{ U: z.number(), u: z.number(), b: z.array(level), a: z.array(level) },
});
export type DepthFrame = z.infer<typeof depthFrame>;

export const klineFrame = z.object({
  e: z.literal('kline'),
  k: z.object({
    ...{ t: z.number(), T: z.number(), i: z.string(), x: z.boolean() },
    ...{ f: z.number(), L: z.number(), n: z.number() },
    ...{ o: z.string(), h: z.string(), l: z.string(), c: z.string(), v: z.string() },
  }),
});
export type Kline = z.infer<typeof klineFrame>['k'];

/** The frames of one form so far, unwrapped where they are combined. */
export const framesOf = <T>({ frames }: Listener, form: z.ZodType<T>): readonly T[] =>
  frames.flatMap((frame) => form.safeParse(frame['data'] ?? frame).data ?? []);

/** The candles of an interval that closed so far. */
export const closedOf = (listener: Listener, interval: string): readonly Kline[] =>
  framesOf(listener, klineFrame).flatMap(({ k }) => (k.x && k.i === interval ? [k] : []));
