import type { AnyActor, AnyActorRef, EventObject } from 'xstate';

/** What is told of the actors of an XState system, and decides over them in XState's place. */
export interface Governor {
  /** The session id of the next actor. */
  nextSession(): string;
  /** Throws if the actor may not start. */
  started(actor: AnyActorRef): void;
  stopped(actor: AnyActorRef): void;
  /** Whether what is sent now is delivered. Throws if nothing may be sent. */
  delivers(): boolean;
  delayed(source: AnyActorRef, target: AnyActorRef, event: EventObject, delayMs: number, id: string | undefined): void;
  /** What `source` delayed under `id` is not to come. */
  cancelled(source: AnyActorRef, id: string): void;
  /** Nothing that `source` delayed is to come. */
  silenced(source: AnyActorRef): void;
}

/** Delivers an event from one actor to another. */
export type Deliver = (source: AnyActorRef | undefined, target: AnyActorRef, event: EventObject) => void;

/** What XState's types leave out of its actor system. */
interface Internals {
  _bookId: () => string;
  _register: (session: string, actor: AnyActorRef) => string;
  _unregister: (actor: AnyActorRef) => void;
  _relay: Deliver;
}

/**
 * Puts `governor` in charge of the system of `root`, a machine that XState is just making, and returns how events are
 * delivered there. By itself XState counts sessions over the whole program, draws the ids of delayed events at random,
 * dates them by the host's clock, and forgets them when it restores a snapshot.
 */
export function govern(root: AnyActor, governor: Governor): Deliver {
  const { system } = root;
  // XState exports no way to replace these. Its version is pinned.
  const internals = system as unknown as Internals;
  const { _register: register, _unregister: unregister, _relay: relay } = internals;
  root.sessionId = governor.nextSession();
  internals._bookId = () => governor.nextSession();
  internals._register = (session, actor) => {
    governor.started(actor);
    return register(session, actor);
  };
  internals._unregister = (actor) => {
    governor.stopped(actor);
    unregister(actor);
  };
  internals._relay = (source, target, event) => {
    if (governor.delivers()) relay(source, target, event);
  };
  system.scheduler = {
    schedule: (source, target, event, delayMs, id) => governor.delayed(source, target, event, delayMs, id),
    cancel: (source, id) => governor.cancelled(source, id),
    cancelAll: (source) => governor.silenced(source),
  };
  return relay;
}
