import { type AnyActorRef, isMachineSnapshot, type Snapshot, type StateValue } from 'xstate';
import { HeddleError } from '../../core/error.ts';
import { nodesBelow } from './check.ts';
import { freeze } from './fidelity.ts';
import type { Timer } from './timers.ts';

/** The state of a machine between two turns, as data: XState's persisted snapshot and what that leaves out. */
export interface MachineState {
  readonly snapshot: Snapshot<unknown>;
  /** The machine's actor and those below it, each before its children. */
  readonly actors: readonly ActorState[];
  /** How many actors there ever were. */
  readonly sessions: number;
  readonly timers: readonly Timer[];
  /** How many timers were ever set. */
  readonly timersSet: number;
}

interface ActorState {
  readonly session: string;
  /** Its active state nodes by their numbers, in the order in which they were entered; empty if it is no machine. */
  readonly nodes: readonly number[];
}

/** What XState persists of a machine, as far as it matters here. */
interface Persisted {
  readonly value: StateValue;
  readonly historyValue: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly children?: Readonly<Record<string, { readonly snapshot: Persisted }>>;
}

/** Whether a value is a state of some machine, as far as can be seen without that machine. */
export function isMachineState(value: unknown): value is MachineState {
  if (typeof value !== 'object' || value === null) return false;
  const { snapshot, actors, timers }: Partial<MachineState> = value;
  return typeof snapshot === 'object' && snapshot !== null && Array.isArray(actors) && Array.isArray(timers);
}

/** The actor and all below it, each before its children. */
export function actorsBelow(actor: AnyActorRef): readonly AnyActorRef[] {
  const snapshot: unknown = actor.getSnapshot();
  const children = isMachineSnapshot(snapshot) ? Object.values<AnyActorRef>(snapshot.children) : [];
  return [actor, ...children.flatMap(actorsBelow)];
}

export const actorState = (session: string, snapshot: unknown): ActorState => ({
  session,
  nodes: isMachineSnapshot(snapshot) ? snapshot._nodes.map(({ order }) => order) : [],
});

/**
 * Puts the restored actors of a machine where its state says they were. XState does so by rules of its own: it restores
 * state nodes in another order than they were entered in, in which parallel states would take their transitions, it fills
 * in what it thinks is missing, and it forgets of which states history has nothing to remember.
 */
export function enter(actors: readonly AnyActorRef[], state: MachineState): void {
  // What XState persisted is of that shape for machines; other actors are passed over.
  const persisted = persistedBelow(state.snapshot as unknown as Persisted);
  if (actors.length !== state.actors.length) {
    throw new HeddleError('checkpoint-invalid', `${state.actors.length} actors came back as ${actors.length}`);
  }
  for (const [at, actor] of actors.entries()) {
    const snapshot: unknown = actor.getSnapshot();
    const [from, entered] = [persisted[at], state.actors[at]?.nodes];
    if (!isMachineSnapshot(snapshot) || !from || !entered) continue;
    const nodes = [...nodesBelow(snapshot.machine.root)];
    const byOrder = new Map(nodes.map((node) => [node.order, node]));
    const byId = new Map(nodes.map((node) => [node.id, node]));
    snapshot._nodes = entered.flatMap((order) => byOrder.get(order) ?? []);
    snapshot.value = from.value;
    snapshot.tags = new Set(snapshot._nodes.flatMap(({ tags }) => tags));
    const remembered = Object.entries(from.historyValue).map(
      ([state, active]) => [state, active.flatMap(({ id }) => byId.get(id) ?? [])] as const,
    );
    snapshot.historyValue = Object.fromEntries(remembered);
  }
}

const persistedBelow = (snapshot: Persisted): readonly Persisted[] => [
  snapshot,
  ...Object.values(snapshot.children ?? {}).flatMap((child) => persistedBelow(child.snapshot)),
];

/** Freezes the state of an actor and of all below it. Returns whether a checkpoint brings it back exactly. */
export function freezeActor(actor: AnyActorRef): boolean {
  const snapshot: unknown = actor.getSnapshot();
  if (!isMachineSnapshot(snapshot)) return actor.getPersistedSnapshot() === snapshot && freeze(snapshot);
  const { context, children, output, error } = snapshot;
  const parts = [
    freeze(context, children),
    freeze(output),
    freeze(error),
    ...Object.values<AnyActorRef>(children).map(freezeActor),
  ];
  return parts.every(Boolean);
}
