// The fleet: one root actor per active configuration, in a map of our own. An actor that dies takes
// nobody with it; its position stays with the trigger book and the supervisor.
import { actorClock } from '../../machines/clock.ts';
import {
  type ConfigurationActor,
  type ConfigurationEvent,
  configurationActor,
  configurationMachine,
} from '../../machines/configuration.ts';
import type { Configuration, Stage } from '../domain/configuration.ts';
import type { Proposal } from '../domain/eligibility.ts';
import { liveOrder, type Portfolio } from '../domain/portfolio.ts';
import type { Signal } from '../domain/signal.ts';
import type { Timers } from '../ports.ts';

export interface Member {
  readonly configuration: Configuration;
  readonly actor: ConfigurationActor;
}

export interface Registry {
  /** Adds or replaces a configuration's actor, standing where `book` says. */
  add(configuration: Configuration, book: Portfolio): Member;
  remove(configId: string): void;
  /** Puts a new actor, standing where `book` says, in the place of one that died. */
  revive(configId: string, book: Portfolio): void;
  /** Moves a configuration to another stage: what it proposes from now on is of that stage. */
  restage(configId: string, stage: Stage): void;
  get(configId: string): Member | undefined;
  all(): Iterable<Member>;
  readonly size: number;
  /** Sends to one actor; a configuration that is not here is none of anyone's business. */
  send(configId: string, event: ConfigurationEvent): void;
  stop(): void;
}

/** Where a configuration's position region starts, by the book. */
function standing(book: Portfolio, configId: string): 'flat' | 'entering' | 'holding' | 'exiting' {
  const position = book.positions.get(configId);
  if (position !== undefined) return position.exiting === null ? 'holding' : 'exiting';
  return liveOrder(book, configId, 'entry') === undefined ? 'flat' : 'entering';
}

export function createRegistry(options: {
  timers: Timers;
  onProposal(proposal: Proposal): void;
  /** An actor's own failure at `event`: it is dead, and the caller decides what becomes of its configuration. */
  onDeath(configId: string, error: unknown, event: ConfigurationEvent | undefined): void;
}): Registry {
  const clock = actorClock(options.timers);
  const members = new Map<string, Member>();
  /** The last thing each was told: what killed it, where it dies. */
  const told = new Map<string, ConfigurationEvent>();
  const propose = (signal: Signal): void => {
    const member = members.get(signal.configId);
    if (member === undefined) return;
    const state = member.actor.getSnapshot();
    options.onProposal({
      signal,
      configuration: member.configuration,
      healthy: state.hasTag('healthy'),
      fresh: state.hasTag('fresh'),
    });
  };
  // Once per process: a provided machine of its own costs every actor 26 kB.
  const machine = configurationMachine.provide({
    actions: { propose: (_, { signal }) => propose(signal) },
  });

  function send(configId: string, event: ConfigurationEvent): void {
    told.set(configId, event);
    members.get(configId)?.actor.send(event);
  }

  function add(configuration: Configuration, book: Portfolio): Member {
    const { id, stage } = configuration;
    members.get(id)?.actor.stop();
    const actor = configurationActor(machine, { id, stage, position: standing(book, id) }, clock);
    actor.subscribe({ error: (error) => options.onDeath(id, error, told.get(id)) });
    actor.start();
    const member = { configuration, actor };
    members.set(id, member);
    return member;
  }

  return {
    add,
    remove(configId) {
      members.get(configId)?.actor.stop();
      members.delete(configId);
      told.delete(configId);
    },
    revive(configId, book) {
      const member = members.get(configId);
      if (member?.actor.getSnapshot().status === 'error') add(member.configuration, book);
    },
    restage(configId, stage) {
      const member = members.get(configId);
      if (member === undefined) return;
      members.set(configId, { ...member, configuration: { ...member.configuration, stage } });
      send(configId, { type: 'stage.changed', stage });
    },
    get: (configId) => members.get(configId),
    all: () => members.values(),
    get size() {
      return members.size;
    },
    send,
    stop() {
      for (const { actor } of members.values()) actor.stop();
    },
  };
}
