// Faults put by hand into everything one configuration, `ill`, can fail in: its strategy, its chart, its
// twin. The module under each name is the real one but for that.
import type * as configurationModule from '../../machines/configuration.ts';
import type * as lifecycleModule from '../../src/domain/lifecycle.ts';
import type { Series } from '../../src/domain/series.ts';
import type * as twinModule from '../../src/domain/twin.ts';
import type * as registryModule from '../../src/strategies/registry.ts';
import type { Strategy } from '../../src/strategies/strategy.ts';

/** What goes wrong now; nothing at first. */
export const wrong: {
  create?: () => never;
  onClosed?: (series: Series) => unknown;
  leaves?: () => never;
  /** Name of a guard or an action of the chart. */
  chart?: string;
  closeTwin?: boolean;
} = {};

export function nothingWrong(): void {
  for (const name of Object.keys(wrong)) Reflect.deleteProperty(wrong, name);
}

/** Liquidity Sweep, until something goes wrong. */
export function withIllStrategy(real: typeof registryModule): typeof registryModule {
  const sweep = real.findStrategy('liquidity_sweep');
  if (sweep === undefined) throw new Error('expected the strategy, was none');
  const ill: Strategy = {
    ...sweep,
    lookback: sweep.lookback.bind(sweep),
    create(parameters, series, costs) {
      wrong.create?.();
      const evaluator = sweep.create(parameters, series, costs);
      return {
        onClosed() {
          const sound = evaluator.onClosed();
          const answer = wrong.onClosed?.(series);
          return wrong.onClosed === undefined || answer === 'sound' ? sound : (answer as never);
        },
        leaves(held) {
          wrong.leaves?.();
          return evaluator.leaves(held);
        },
      };
    },
  };
  return { ...real, findStrategy: (name) => (name === 'ill' ? ill : real.findStrategy(name)) };
}

type Implementation = (args: { context: { id: string } }, params: never) => unknown;

/** Each guard and action of the chart, those the engine gives it included. */
export function withIllChart(real: typeof configurationModule): typeof configurationModule {
  const { configurationMachine } = real;
  const wrapped = (implementations: object): never => {
    const entries = Object.entries(implementations as Record<string, Implementation>);
    return Object.fromEntries(
      entries.map(([name, run]): [string, Implementation] => [
        name,
        (args, params) => {
          if (wrong.chart === name && args.context.id === 'ill') throw new Error(`broken ${name}`);
          return run(args, params);
        },
      ]),
    ) as never;
  };
  const provide = (given: { actions?: object }) =>
    configurationMachine.provide({
      actions: wrapped(given.actions ?? {}),
      guards: wrapped(configurationMachine.implementations.guards),
    });
  return {
    ...real,
    configurationMachine: Object.assign(Object.create(configurationMachine), { provide }),
  };
}

export function withIllTwin(real: typeof twinModule): typeof twinModule {
  return {
    ...real,
    closeTwin(book, position, ...rest) {
      if (wrong.closeTwin === true && position.opening.configId === 'ill') {
        throw new Error('broken twin');
      }
      return real.closeTwin(book, position, ...rest);
    },
  };
}

/** Sets tried for the backtest of who cannot be judged: nothing else names the evidence. */
export const illTrials = 7;

export const withIllEvidence = (real: typeof lifecycleModule): typeof lifecycleModule => ({
  ...real,
  judge(state, evidence, ...rest) {
    if (evidence.backtest?.trials === illTrials) throw new Error('broken evidence');
    return real.judge(state, evidence, ...rest);
  },
});
