// A person's commands on a running engine, from the inbox, the file HALT and a signal; and the engine's
// orderly end.
import type { Configuration } from '../domain/configuration.ts';
import { fact } from '../domain/fact.ts';
import { unfitFor } from '../engine/admission.ts';
import type { Engine } from '../engine/engine.ts';
import { enrol } from '../engine/enrolment.ts';
import { takeIn } from '../engine/import.ts';
import type { Clock, Log, Timers } from '../ports.ts';
import { lifecycleRulesOf } from '../settings/lifecycle-setting.ts';
import { type Settings, venueOf } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import { adoptedWords } from './adopting.ts';
import type { Acknowledgement, Command } from './command.ts';
import { dropHaltFile, haltWord, isHalted, removeHaltFile } from './halt-file.ts';
import { movedWords, override } from './override.ts';

const seatsPerTurn = 16;

/** A running engine as far as a person reaches it. */
export interface Controlled {
  readonly engine: Engine;
  readonly store: Pick<Store, 'read' | 'freeBytes'>;
  readonly clock: Pick<Clock, 'market'>;
  readonly dataDirectory: string;
}

const done = (message: string): Acknowledgement => ({ ok: true, message });
const failed = (message: string): Acknowledgement => ({ ok: false, message });

/** Applies commands to a started engine; each is idempotent. */
export class Control {
  readonly #started: Controlled;
  readonly #settings: Settings;
  readonly #timers: Timers;
  readonly #log: Log;

  constructor(
    started: Controlled,
    settings: Settings,
    { timers, log }: { timers: Timers; log: Log },
  ) {
    this.#started = started;
    this.#settings = settings;
    this.#timers = timers;
    this.#log = log;
  }

  async apply(command: Command): Promise<Acknowledgement> {
    const { engine, dataDirectory } = this.#started;
    const { kind, by, reason } = command;
    switch (kind) {
      case 'halt':
        engine.command('reduce', by, reason);
        return done('no new exposure from now on; exits go on');
      case 'flatten':
        engine.command('flatten', by, reason);
        return done('closing every position');
      case 'resume':
        removeHaltFile(dataDirectory);
        engine.command('resume', by, reason);
        return done('open for entries again');
      case 'reset':
        return this.#reset(command);
      case 'close':
        return engine.close(command.configId)
          ? done(`closing the position of ${command.configId}`)
          : failed(`${command.configId} holds no position`);
      case 'activate':
      case 'deactivate':
        return this.#turn(command);
      case 'release': {
        const flaw = engine.release(command.configId, by, reason);
        return flaw === undefined ? done(`${command.configId} begins again`) : failed(flaw);
      }
      case 'stage':
        return this.#stage(command);
      case 'adopt':
        return this.#adopt(command);
      case 'import':
        return this.#import(command);
      default:
        return command satisfies never;
    }
  }

  async #all(): Promise<ReadonlyMap<string, Configuration>> {
    const all = await this.#started.store.read.configurations('all');
    return new Map(all.map((one) => [one.id, one]));
  }

  async #turn(
    command: Extract<Command, { kind: 'activate' | 'deactivate' }>,
  ): Promise<Acknowledgement> {
    const { kind, configId, by, reason } = command;
    const { engine, clock } = this.#started;
    const configuration = (await this.#all()).get(configId);
    if (configuration === undefined) return failed(`no configuration ${configId}`);
    const about = { at: clock.market(), key: configId };
    await engine.record([fact(`configuration.${kind}d`, about, { id: configId, by, reason })]);
    if (kind === 'activate') return this.#seat({ ...configuration, isActive: true });
    engine.remove(configId);
    return done(`${configId} is archived; a position it holds stays watched until it is closed`);
  }

  #reset({ breaker, on, by, reason }: Extract<Command, { kind: 'reset' }>): Acknowledgement {
    const flaw = this.#started.engine.resetBreaker({ id: breaker, on }, by, reason);
    return flaw === undefined
      ? done(`${breaker} is closed again and measures from now on`)
      : failed(`${breaker} cannot be reset: ${flaw}`);
  }

  async #adopt({
    pair,
    by,
    reason,
  }: Extract<Command, { kind: 'adopt' }>): Promise<Acknowledgement> {
    const flaw = await this.#started.engine.adopt(pair, by, reason);
    if (flaw !== undefined) return failed(`nothing was accepted: ${flaw}`);
    return done(adoptedWords(pair));
  }

  async #stage(command: Extract<Command, { kind: 'stage' }>): Promise<Acknowledgement> {
    const { configId } = command;
    const { engine, clock } = this.#started;
    const row = (await this.#all()).get(configId);
    const current = engine.seating.stageOf(configId);
    const configuration =
      row === undefined || current === undefined ? row : { ...row, stage: current };
    const { base } = this.#settings.sizing;
    const overriding = override(command, configuration, base, clock.market());
    if (typeof overriding === 'string') return failed(overriding);
    if (!engine.seating.restage(overriding)) await engine.record([overriding]);
    return done(movedWords(overriding));
  }

  async #seat(configuration: Configuration): Promise<Acknowledgement> {
    const { engine, store } = this.#started;
    const { name } = venueOf(this.#settings);
    const { quote } = this.#settings.portfolio;
    const unfit = unfitFor(configuration, { name, quote, instruments: engine.instruments() });
    if (unfit !== undefined) {
      // What it was before is not what it is now.
      engine.remove(configuration.id);
      return failed(`${configuration.id}: expected ${unfit.expected}, was ${unfit.was}`);
    }
    // Its history loads while the command is answered.
    const rules = lifecycleRulesOf(this.#settings.lifecycle);
    engine.add(await enrol(store.read, configuration, rules)).catch((error: unknown) => {
      this.#log.error({ configId: configuration.id, error: String(error) }, 'could not be seated');
    });
    return done(
      engine.seating.isQuarantined(configuration)
        ? `${configuration.id} stays quarantined: \`configurations release\` lets it begin again`
        : `${configuration.id} takes part`,
    );
  }

  async #import(command: Extract<Command, { kind: 'import' }>): Promise<Acknowledgement> {
    const { engine, clock } = this.#started;
    const { ok, facts, configurations, lines } = takeIn(command, await this.#all(), clock.market());
    await engine.record(facts);
    const unfit: string[] = [];
    const active = configurations.filter(({ isActive }) => isActive);
    for (const [index, configuration] of active.entries()) {
      // Thousands of seats are taken one after another; prices go in between.
      if (index % seatsPerTurn === 0) await this.#turnOfOthers();
      const seated = await this.#seat(configuration);
      if (!seated.ok) unfit.push(seated.message);
    }
    const message = [...lines, ...unfit].join('\n');
    return { ok: ok && unfit.length === 0, message };
  }

  /** Lets everything that waits go first. */
  #turnOfOthers(): Promise<void> {
    return new Promise((resolve) => void this.#timers.after(0, resolve));
  }
}

/** Halts at once, and leaves the file HALT: where the store is down, a restart would not know of it. */
export function haltBySignal({ engine, dataDirectory }: Controlled, log: Log): void {
  const [by, reason] = ['SIGUSR2', 'signal'];
  engine.command('reduce', by, reason);
  try {
    dropHaltFile(dataDirectory, by, reason);
  } catch (error) {
    log.error({ error: String(error) }, 'halted, but the file HALT could not be written');
  }
}

/** Latches `reducing` while the file HALT stands; call it often. */
export function heedHaltFile({ engine, dataDirectory }: Controlled): void {
  if (engine.book().trading === 'active' && isHalted(dataDirectory)) {
    const { by, reason } = haltWord(dataDirectory);
    engine.command('reduce', by, reason);
  }
}
