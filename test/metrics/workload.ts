import { behavior, createSystem, random, type System, type SystemOptions, tagValue } from 'heddle';

/** What its data says, one word after the other: sends mail on, fails, spawns or sets a timer. */
export const worker = behavior<number>(
  {
    init: () => 0,
    receive(heard, message, turn) {
      const peer = tagValue(message.tags, 'Peer') ?? 'a wallet';
      for (const word of message.data.split(' ')) {
        if (word === 'send') turn.send({ target: peer, data: 'hear' });
        if (word === 'leave') turn.send({ target: 'a wallet', data: 'hear' });
        if (word === 'self') turn.send({ target: turn.self, data: 'hear' });
        if (word === 'later') turn.send({ target: peer, data: 'send', tags: { Peer: turn.self }, delayMs: 250 });
        if (word === 'spawn') turn.spawn({ module: message.tags.find(({ name }) => name === 'Worker')?.value ?? '' });
        if (word === 'fail') throw new Error('asked to fail');
      }
      return heard + 1;
    },
  },
  { name: 'worker' },
);

/** What is done to a system from outside. */
export type Step =
  | { readonly do: 'send'; readonly to: number; readonly peer: number; readonly data: string }
  | { readonly do: 'run'; readonly turns: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'stop'; readonly at: number };

/** A small system in which mailboxes fill up. */
export const smallSystem = (options: SystemOptions = {}): System =>
  createSystem({
    seed: 'metrics',
    scheduler: random(),
    modules: [worker],
    limits: { waitingMessages: 2, timers: 3, processes: 8, turnsPerRun: 10_000 },
    mailbox: { messages: 3, overflow: 'wait' },
    ...options,
  });

/** Spawns three workers, takes the steps and runs to the end. Refusals are part of it. */
export async function drive(system: System, steps: readonly Step[]): Promise<void> {
  const processes = [await system.spawn(worker), await system.spawn(worker), await system.spawn(worker)];
  const at = (index: number) => processes[index % processes.length] ?? processes[0];
  const waiting: Promise<unknown>[] = [];
  for (const step of steps) {
    if (step.do === 'send') {
      const tags = { Peer: at(step.peer)?.id ?? '', Worker: worker.id };
      // One that waits for a slot runs the system by itself.
      waiting.push((at(step.to)?.send({ data: step.data, tags }) ?? Promise.resolve()).catch(() => {}));
    } else if (step.do === 'run') await system.run({ turns: step.turns });
    else if (step.do === 'advance') await system.advance(step.ms);
    else
      await at(step.at)
        ?.stop()
        .catch(() => {});
  }
  await Promise.all(waiting);
  await system.settle();
}
