// The lifecycle's thresholds as settings: the same tree as its rules, durations in days.
import { z } from 'zod';
import {
  DEFAULT_LIFECYCLE,
  type LifecycleRules,
  type RungRules,
} from '../domain/lifecycle-rules.ts';
import { DAY } from '../domain/time.ts';

const share = z.number().min(0).max(1);
const count = z.number().int().min(1).max(100_000);
const days = z.number().min(0).max(3650);

const rungOf = ({ looks, psrMin, dwellMs, dwellTrades }: RungRules) =>
  z
    .strictObject({
      looks: z
        .array(count.min(2))
        .min(1)
        .max(100)
        .refine(
          (list) => list.every((one, index) => index === 0 || one > (list[index - 1] ?? one)),
          'counts that rise',
        )
        .default([...looks]),
      psrMin: share.default(psrMin),
      dwellDays: days.default(dwellMs / DAY),
      dwellTrades: count.nullable().default(dwellTrades),
    })
    .prefault({});

const { promotion, backtest, rungs, slippageRatioMax, alarm, bootstrap, decay, ...rest } =
  DEFAULT_LIFECYCLE;

export const lifecycleSchema = z
  .strictObject({
    promotion: z.enum(['automatic', 'by-hand']).default(promotion),
    backtest: z
      .strictObject({
        countMin: count.default(backtest.countMin),
        psrMin: share.default(backtest.psrMin),
        dsrMin: share.default(backtest.dsrMin),
        drawdownMax: z.number().gt(0).max(10_000).default(backtest.drawdownMax),
      })
      .prefault({}),
    rungs: z
      .strictObject({
        PAPER: rungOf(rungs.PAPER),
        DISCOVERY: rungOf(rungs.DISCOVERY),
        VALIDATION: rungOf(rungs.VALIDATION),
      })
      .prefault({}),
    slippageRatioMax: z.number().gt(0).max(100).default(slippageRatioMax),
    alarm: z
      .strictObject({
        cusum: z
          .strictObject({
            meanShare: share.default(alarm.cusum.meanShare),
            meanFloor: share.gt(0).default(alarm.cusum.meanFloor),
            averageRun: count.default(alarm.cusum.averageRun),
          })
          .prefault({}),
        recentCount: count.min(2).max(10_000).default(alarm.recentCount),
        recentPsrMin: share.default(alarm.recentPsrMin),
        drawdownRatioMax: z.number().min(1).max(100).default(alarm.drawdownRatioMax),
      })
      .prefault({}),
    bootstrap: z
      .strictObject({
        block: count.max(1000).default(bootstrap.block),
        resamples: count.min(100).default(bootstrap.resamples),
        quantile: share.gt(0).default(bootstrap.quantile),
        seed: z.number().int().min(0).max(1e9).default(bootstrap.seed),
      })
      .prefault({}),
    decay: z
      .strictObject({
        alpha: z.number().gt(0).lt(0.5).default(decay.alpha),
        beta: z.number().gt(0).lt(0.5).default(decay.beta),
        dwellDays: days.default(decay.dwellMs / DAY),
        dwellTrades: count.default(decay.dwellTrades),
        daysMax: days.gt(0).default(decay.ageMsMax / DAY),
        tradesMax: count.default(decay.tradesMax),
      })
      .prefault({}),
    provisionalCount: count.min(2).default(rest.provisionalCount),
    fallsMax: count.default(rest.fallsMax),
  })
  .prefault({});

type LifecycleSettings = z.output<typeof lifecycleSchema>;

const rungRules = ({ dwellDays, ...rung }: LifecycleSettings['rungs']['PAPER']): RungRules => ({
  ...rung,
  dwellMs: dwellDays * DAY,
});

export function lifecycleRulesOf({ rungs, decay, ...same }: LifecycleSettings): LifecycleRules {
  const { dwellDays, daysMax, ...test } = decay;
  return {
    ...same,
    rungs: {
      PAPER: rungRules(rungs.PAPER),
      DISCOVERY: rungRules(rungs.DISCOVERY),
      VALIDATION: rungRules(rungs.VALIDATION),
    },
    decay: { ...test, dwellMs: dwellDays * DAY, ageMsMax: daysMax * DAY },
  };
}

const rungSettings = ({
  dwellMs,
  looks,
  ...rung
}: RungRules): LifecycleSettings['rungs']['PAPER'] => ({
  ...rung,
  looks: [...looks],
  dwellDays: dwellMs / DAY,
});

/** Rules as they stand in a settings file. */
export function lifecycleSettingsOf({ rungs, decay, ...same }: LifecycleRules): LifecycleSettings {
  const { dwellMs, ageMsMax, ...test } = decay;
  return {
    ...same,
    rungs: {
      PAPER: rungSettings(rungs.PAPER),
      DISCOVERY: rungSettings(rungs.DISCOVERY),
      VALIDATION: rungSettings(rungs.VALIDATION),
    },
    decay: { ...test, dwellDays: dwellMs / DAY, daysMax: ageMsMax / DAY },
  };
}
