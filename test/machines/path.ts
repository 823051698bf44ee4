// Paths through a statechart, made from the chart itself: the shortest one to every situation it can be in, and from
// there one more step by every event. Replayed on a real actor they must touch every state and every transition.
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
} from 'xstate';
import { getShortestPaths } from 'xstate/graph';

interface Typed {
  readonly type: string;
}

/** A chart and how to walk it. */
export interface Walk {
  readonly machine: AnyStateMachine;
  readonly input?: unknown;
  /** Events that lead on, by what a failure calls them. */
  readonly events: Readonly<Record<string, Typed>>;
  /** Events that are tried in every situation, and not followed any further. */
  readonly last?: Readonly<Record<string, Typed>>;
  /** Two situations of one name are one situation. */
  situation(snapshot: AnyMachineSnapshot): string;
  /** Whether an event is worth a step from here; every one is, unless this says otherwise. */
  mayFollow?(snapshot: AnyMachineSnapshot, event: Typed): boolean;
}

/** The names of events, from the start to one situation and one step further. */
export type Path = readonly string[];

/** Every state of a chart and every transition, named; a name is taken off when it was touched. */
export class Coverage {
  readonly #states = new Map<AnyStateNode, string>();
  readonly #transitions = new Map<unknown, string>();

  constructor(machine: AnyStateMachine) {
    this.#collect(machine.root);
  }

  #collect(node: AnyStateNode): void {
    this.#states.set(node, node.id);
    for (const [event, taken] of node.transitions) {
      for (const [index, one] of taken.entries()) {
        this.#transitions.set(one, `${node.id} on ${event} #${index}`);
      }
    }
    for (const [index, one] of (node.always ?? []).entries()) {
      this.#transitions.set(one, `${node.id} always #${index}`);
    }
    for (const child of Object.values(node.states)) this.#collect(child);
  }

  touch(nodes: readonly AnyStateNode[], transitions: readonly unknown[]): void {
    for (const node of nodes) this.#states.delete(node);
    for (const one of transitions) this.#transitions.delete(one);
  }

  /** What no path has touched. */
  get missed(): readonly string[] {
    return [...this.#states.values(), ...this.#transitions.values()];
  }
}

/** Shortest paths to every situation, each with every event after it. */
export function pathsOf(walk: Walk): readonly Path[] {
  const { machine, input, events, last = {}, mayFollow } = walk;
  const names = new Map<unknown, string>();
  for (const [name, event] of Object.entries(events)) names.set(event, name);
  const named = (event: unknown): string => names.get(event) ?? '';
  const reached = getShortestPaths(machine, {
    input,
    events: Object.values(events),
    serializeState: walk.situation,
    serializeEvent: named,
    ...(mayFollow === undefined ? {} : { filterEvents: mayFollow }),
  });
  return reached.flatMap(({ steps }) => {
    // The first step is the start itself.
    const before = steps.map(({ event }) => named(event)).filter((name) => name !== '');
    return [...Object.keys(events), ...Object.keys(last)].map((name) => [...before, name]);
  });
}

/** An actor of the walk's machine that tells a coverage what it touches. */
export function watched(machine: AnyStateMachine, coverage: Coverage, input?: unknown) {
  const actor = createActor(machine, {
    input,
    inspect(event) {
      if (event.type !== '@xstate.microstep') return;
      coverage.touch(Reflect.get(event.snapshot, '_nodes'), event._transitions);
    },
  });
  actor.start();
  coverage.touch(Reflect.get(actor.getSnapshot(), '_nodes'), []);
  return actor;
}

/** The events of a path, by their names. */
export const eventsOf = <Event>(
  path: Path,
  events: Readonly<Record<string, Event>>,
): readonly Event[] => path.flatMap((name) => events[name] ?? []);
