/** XState: actors of a transition function, which is its lightest kind, and machines whose actions send. */
import { type AnyActorRef, assign, createActor, fromTransition, not, sendTo, setup, waitFor } from 'xstate';
import { checkCount, type Workloads } from './workload.ts';

type Play =
  | { readonly type: 'start'; readonly pings: number; readonly other: AnyActorRef }
  | { readonly type: 'ping' | 'pong'; readonly sender: AnyActorRef };

const pinger = fromTransition((left: number, event: Play, { self }) => {
  if (event.type === 'start') {
    event.other.send({ type: 'ping', sender: self });
    return event.pings;
  }
  if (left > 1) event.sender.send({ type: 'ping', sender: self });
  return left - 1;
}, 0);

const ponger = fromTransition((count: number, event: Play, { self }) => {
  if (event.type === 'ping') event.sender.send({ type: 'pong', sender: self });
  return count + 1;
}, 0);

// Only its type is read.
const types = {} as { events: Play; context: { readonly left: number } };

const pingerMachine = setup({ types, guards: { last: ({ context }) => context.left <= 1 } }).createMachine({
  context: { left: 0 },
  on: {
    start: {
      actions: [
        assign({ left: ({ event }) => event.pings }),
        sendTo(
          ({ event }) => event.other,
          ({ self }) => ({ type: 'ping', sender: self }),
        ),
      ],
    },
    pong: [
      {
        guard: not('last'),
        actions: [
          assign({ left: ({ context }) => context.left - 1 }),
          sendTo(
            ({ event }) => event.sender,
            ({ self }) => ({ type: 'ping', sender: self }),
          ),
        ],
      },
      { actions: assign({ left: ({ context }) => context.left - 1 }) },
    ],
  },
});

const pongerMachine = setup({ types }).createMachine({
  context: { left: 0 },
  on: {
    ping: {
      actions: sendTo(
        ({ event }) => event.sender,
        ({ self }) => ({ type: 'pong', sender: self }),
      ),
    },
  },
});

type Hop = { readonly type: 'wire'; readonly next: AnyActorRef } | { readonly type: 'hop'; readonly left: number };

interface Relaying {
  readonly next: AnyActorRef | undefined;
  readonly hops: number;
}

const relay = fromTransition(
  ({ next, hops }: Relaying, event: Hop) => {
    if (event.type === 'wire') return { next: event.next, hops };
    if (event.left > 0) next?.send({ type: 'hop', left: event.left - 1 });
    return { next, hops: hops + 1 };
  },
  { next: undefined, hops: 0 },
);

const counter = fromTransition((count: number, _: { readonly type: 'hello' }) => count + 1, 0);

export const workloads: Workloads = {
  'ping-pong': ({ messages }) => {
    const ping = createActor(pinger).start();
    const pong = createActor(ponger).start();
    return {
      turn() {
        const before = pong.getSnapshot().context;
        ping.send({ type: 'start', pings: messages / 2, other: pong });
        checkCount(ping.getSnapshot().context, 0, 'pings left');
        checkCount(pong.getSnapshot().context - before, messages / 2, 'pings');
      },
    };
  },
  'ping-pong, machines': ({ messages }) => {
    const ping = createActor(pingerMachine).start();
    const pong = createActor(pongerMachine).start();
    return {
      turn() {
        ping.send({ type: 'start', pings: messages / 2, other: pong });
        checkCount(ping.getSnapshot().context.left, 0, 'pings left');
      },
    };
  },

  ring: ({ processes, messages }) => {
    const ring = Array.from({ length: processes }, () => createActor(relay).start());
    for (const [at, one] of ring.entries()) {
      const next = ring[(at + 1) % processes];
      if (next) one.send({ type: 'wire', next });
    }
    let done = 0;
    return {
      turn() {
        ring[0]?.send({ type: 'hop', left: messages - 1 });
        const all = ring.reduce((sum, one) => sum + one.getSnapshot().context.hops, 0);
        checkCount(all - done, messages, 'hops');
        done = all;
      },
    };
  },

  // Each has a system of its own: so many children of one actor take far longer.
  spawn: ({ processes }) => ({
    turn() {
      const spawned = Array.from({ length: processes }, () => createActor(counter).start());
      for (const one of spawned) one.send({ type: 'hello' });
      checkCount(spawned.filter((one) => one.getSnapshot().context === 1).length, processes, 'messages');
      return spawned;
    },
  }),

  // XState has no question and answer; this is how one waits for what an actor comes to.
  'send and waitFor': ({ messages }) => {
    const one = createActor(counter).start();
    return {
      async turn() {
        const before = one.getSnapshot().context;
        for (let asked = 1; asked <= messages; asked++) {
          one.send({ type: 'hello' });
          await waitFor(one, ({ context }) => context === before + asked);
        }
        checkCount(one.getSnapshot().context - before, messages, 'answers');
      },
    };
  },
};
