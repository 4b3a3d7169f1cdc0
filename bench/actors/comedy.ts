/** comedy: an actor is an object of handlers; here all of them are in this process, which is its fastest way. */
import { fromPeers } from './peers.ts';
import { checkCount, type Workloads } from './workload.ts';

/** What is used of it. */
interface Actor {
  send(topic: string, ...message: readonly unknown[]): Promise<void>;
  sendAndReceive(topic: string, ...message: readonly unknown[]): Promise<unknown>;
  createChild(handlers: Readonly<Record<string, (...message: readonly never[]) => unknown>>): Promise<Actor>;
}

interface System {
  rootActor(): Promise<Actor>;
  destroy(): Promise<void>;
}

const { createSystem }: { createSystem(options: { readonly test: boolean }): System } = fromPeers('comedy');

// What it calls a test is a system that logs nothing.
const start = (): System => createSystem({ test: true });

export const workloads: Workloads = {
  'ping-pong': async ({ messages }) => {
    const parent = await start().rootActor();
    let left = 0;
    let finish = (): void => {};
    const pong: Actor = await parent.createChild({ ping: () => void ping.send('pong') });
    const play = () => {
      if (left > 0) pong.send('ping');
      else finish();
    };
    const ping: Actor = await parent.createChild({
      start(pings: number) {
        left = pings;
        play();
      },
      pong() {
        left--;
        play();
      },
    });
    return {
      turn: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
          ping.send('start', messages / 2);
        }),
    };
  },

  ring: async ({ processes, messages }) => {
    const parent = await start().rootActor();
    let finish = (): void => {};
    const ring: Actor[] = [];
    for (let at = 0; at < processes; at++) {
      const relay = await parent.createChild({
        hop(left: number) {
          if (left === 0) finish();
          else ring[(at + 1) % processes]?.send('hop', left - 1);
        },
      });
      ring.push(relay);
    }
    return {
      turn: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
          ring[0]?.send('hop', messages - 1);
        }),
    };
  },

  spawn: ({ processes }) => {
    let system = start();
    return {
      async before() {
        await system.destroy();
        system = start();
      },
      async turn() {
        const parent = await system.rootActor();
        let greeted = 0;
        let finish = (): void => {};
        const all = new Promise<void>((resolve) => {
          finish = resolve;
        });
        const spawned = await Promise.all(
          Array.from({ length: processes }, () => {
            let count = 0;
            return parent.createChild({
              hello() {
                count++;
                greeted += count;
                if (greeted === processes) finish();
              },
            });
          }),
        );
        for (const one of spawned) one.send('hello');
        await all;
        return spawned;
      },
    };
  },

  ask: async ({ messages }) => {
    const parent = await start().rootActor();
    const echo = await parent.createChild({ ping: () => 'pong' });
    return {
      async turn() {
        let pongs = 0;
        for (let asked = 0; asked < messages; asked++) if ((await echo.sendAndReceive('ping')) === 'pong') pongs++;
        checkCount(pongs, messages, 'replies');
      },
    };
  },
};
