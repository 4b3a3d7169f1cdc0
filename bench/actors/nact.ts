/** nact: an actor is a function of state and message, called in an immediate of its own for each message. */
import { fromPeers } from './peers.ts';
import { checkCount, type Workloads } from './workload.ts';

interface Reference {
  readonly name: string;
}

interface Context {
  readonly self: Reference;
  readonly sender: Reference;
}

/** What is used of it. */
interface Nact {
  start(): Reference;
  stop(system: Reference): void;
  spawn<State, Message>(
    parent: Reference,
    receive: (state: State, message: Message, context: Context) => State,
    name: string,
    options: { readonly initialState: State },
  ): Reference;
  dispatch(target: Reference, message: unknown, sender?: Reference): void;
  query(target: Reference, message: unknown, timeoutMs: number): Promise<unknown>;
}

const { start, stop, spawn, dispatch, query }: Nact = fromPeers('nact');

const timeoutMs = 60_000;

export const workloads: Workloads = {
  'ping-pong': ({ messages }) => {
    const system = start();
    let finish = (): void => {};
    const pong = spawn(
      system,
      (count: number, _: 'ping', { self, sender }) => {
        dispatch(sender, 'pong', self);
        return count + 1;
      },
      'pong',
      { initialState: 0 },
    );
    const ping = spawn(
      system,
      (left: number, message: 'pong' | number, { self }) => {
        const now = message === 'pong' ? left - 1 : message;
        if (now > 0) dispatch(pong, 'ping', self);
        else finish();
        return now;
      },
      'ping',
      { initialState: 0 },
    );
    return {
      turn: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
          dispatch(ping, messages / 2);
        }),
    };
  },

  ring: ({ processes, messages }) => {
    const system = start();
    let finish = (): void => {};
    const ring: Reference[] = [];
    for (let at = 0; at < processes; at++) {
      const relay = spawn(
        system,
        (hops: number, left: number) => {
          const next = ring[(at + 1) % processes];
          if (left === 0) finish();
          else if (next) dispatch(next, left - 1);
          return hops + 1;
        },
        `relay-${at}`,
        { initialState: 0 },
      );
      ring.push(relay);
    }
    return {
      turn: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
          if (ring[0]) dispatch(ring[0], messages - 1);
        }),
    };
  },

  spawn: ({ processes }) => {
    let system = start();
    return {
      before() {
        stop(system);
        system = start();
      },
      turn: () =>
        new Promise((resolve) => {
          let greeted = 0;
          const receive = (count: number): number => {
            if (++greeted === processes) resolve(system);
            return count + 1;
          };
          const spawned = Array.from({ length: processes }, (_, at) =>
            spawn(system, receive, `counter-${at}`, { initialState: 0 }),
          );
          for (const one of spawned) dispatch(one, 'hello');
        }),
    };
  },

  ask: ({ messages }) => {
    const system = start();
    const echo = spawn(
      system,
      (count: number, _: 'ping', { self, sender }) => {
        dispatch(sender, 'pong', self);
        return count + 1;
      },
      'echo',
      { initialState: 0 },
    );
    return {
      async turn() {
        let pongs = 0;
        for (let asked = 0; asked < messages; asked++) if ((await query(echo, 'ping', timeoutMs)) === 'pong') pongs++;
        checkCount(pongs, messages, 'replies');
      },
    };
  },
};
