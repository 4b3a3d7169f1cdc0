import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  behavior,
  createSystem,
  type Limits,
  type Module,
  machine,
  memoryStore,
  outbox,
  type ProcessHandle,
  type Retention,
  randomStream,
  type Store,
  type System,
  tagValue,
  wasm,
} from 'heddle';
import { ed25519Signer } from 'heddle/arweave';
import { setup } from 'xstate';
import { knownEd25519Keys } from '../../../arweave/known-keys.ts';
import { wrapped } from '../../../fixtures/system/modules.ts';
import { builds } from '../../../modules/manifest.ts';

/** Passes its message on to the processes in its tag `Path`, and keeps what passed. */
const passer = behavior<string[]>(
  {
    init: () => [],
    receive(passed, message, turn) {
      const [target, ...rest] = (tagValue(message.tags, 'Path') ?? '').split(' ').filter(Boolean);
      if (target) turn.send({ target, tags: { Path: rest.join(' ') }, data: `${message.data}.` });
      return [...passed, message.data].slice(-20);
    },
  },
  { name: 'passer' },
);

/** Keeps so much that its checkpoints are files, which differ each time. */
const hoarder = behavior<{ seen: number; hoard: string }>(
  {
    init: () => ({ seen: 0, hoard: '' }),
    receive(state, message, turn) {
      state.seen++;
      state.hoard = `${message.data} ${state.seen} `.repeat(5_000);
      if (state.seen % 3 === 0) turn.send({ target: 'a wallet', data: String(state.seen) });
    },
  },
  { name: 'hoarder' },
);

/** The same, but its executor crashes over every fourth message when it sees it first. */
const stumbler: Module = wrapped(
  behavior<number>(
    {
      init: () => 0,
      receive(sum, message, turn) {
        if (message.data.length % 5 === 4) throw new Error('asked for an error');
        turn.send({
          target: message.target,
          data: 'later',
          tags: { Path: '' },
          ...(sum % 7 === 0 ? { delayMs: 500 } : {}),
        });
        return sum < 12 ? sum + 1 : turn.exit();
      },
    },
    { name: 'stumbler' },
  ),
  {
    before({ slot }, attempt) {
      if (attempt === 1 && slot % 4 === 3) throw new Error('stumbled');
    },
  },
);

/** Rings twice after each message, a while later. */
const bell = machine(
  setup({ types: { events: {} as { type: string } } }).createMachine({
    id: 'bell',
    initial: 'still',
    states: {
      still: { on: { '*': 'wound' } },
      wound: { after: { 300: { target: 'ringing', actions: outbox.send({ target: 'a wallet', data: 'ding' }) } } },
      ringing: { after: { 700: { target: 'still', actions: outbox.send({ target: 'a wallet', data: 'dong' }) } } },
    },
  }),
);

/** A real module, for runs that take longer. As published, since lives are short and a preparation is for long ones. */
let aos: Module | undefined;
const aosModule = (): Module => {
  // This may be part of a file somewhere else.
  aos ??= wasm(readFileSync(resolve('test/modules/cache', builds.aos2_0_4_32.file)), { prepare: 'off' });
  return aos;
};

/** Has an aos process pass its messages on like the others. */
const passerInLua = `
Count = 0
Handlers.add('go', 'Go', function(msg)
  Count = Count + 1
  local target, rest = string.match(msg.Path or '', '^(%S+) ?(.*)$')
  if target then Send({ Target = target, Action = 'Go', Path = rest, Data = msg.Data .. Count }) end
end)`;

export const modules: readonly Module[] = [passer, hoarder, stumbler, bell];

/** The modules of the run of a seed: those of a seed of aos have it in them. */
const modulesOf = (seed: string): readonly Module[] =>
  modules.map((module) => (module === hoarder && seed.includes('aos') ? aosModule() : module));

/** Who signs what runs that are published consist of. */
export const signer = ed25519Signer(knownEd25519Keys[0]);

export const isPublished = (seed: string): boolean => seed.startsWith('published');

/** One thing that is done to a system from outside. */
export type Step =
  | { readonly do: 'spawn'; readonly module: number }
  | { readonly do: 'send'; readonly to: number; readonly path: readonly number[]; readonly data: string }
  | { readonly do: 'run'; readonly turns: number }
  | { readonly do: 'flush' | 'settle' };

const spawned = 8;

/** Whether all processes are there. */
export const isPeopled = (system: System): boolean => system.processes.length === spawned;

/** Puts those that crash under a supervisor, when all are there: supervisors are not in the store. */
export async function supervise(system: System): Promise<void> {
  const crashing = system.processes.filter(({ status }, at) => at % modules.length === 2 && status.state !== 'stopped');
  const children = crashing.map((process) => ({ process, restart: 'transient' as const }));
  if (children.length > 0) await system.supervise({ strategy: 'one-for-all', restarts: 1_000, children });
}

/** What is done by a seed. */
export function scriptOf(seed: string): readonly Step[] {
  const draws = randomStream(seed, 'script');
  const place = () => draws.below(spawned);
  const steps: Step[] = Array.from({ length: spawned }, (_, at) => ({ do: 'spawn', module: at % modules.length }));
  while (steps.length < 40) {
    const kind = draws.below(10);
    const path = Array.from({ length: draws.below(6) }, place);
    if (kind < 6) steps.push({ do: 'send', to: place(), path, data: 'x'.repeat(draws.below(12)) });
    else if (kind < 8) steps.push({ do: 'run', turns: 1 + draws.below(30) });
    else steps.push({ do: kind === 8 ? 'flush' : 'settle' });
  }
  return [...steps, { do: 'settle' }];
}

const limits: Partial<Limits> = {
  checkpointSlots: 3,
  ledgerCheckpointBytes: 400,
  residentBytes: 30_000,
  restarts: 1_000,
};

export const systemOn = (seed: string, store: Store, retention?: Retention): System =>
  createSystem({
    seed,
    store,
    limits,
    modules: modulesOf(seed),
    ...(retention && { retention }),
    ...(isPublished(seed) && { signer }),
  });

/** How many turns a system has taken. */
export const turnsOf = (system: System): number =>
  system.processes.reduce((turns, { status }) => turns + status.slots - status.mail, 0);

/** Does a step, or what is left of it when it is to come to so many turns in all. */
export async function take(seed: string, system: System, step: Step, turns?: number): Promise<void> {
  switch (step.do) {
    case 'spawn': {
      const module = modulesOf(seed)[step.module];
      if (module) await system.spawn(module, module === aos ? { tags: { 'On-Boot': 'Data' }, data: passerInLua } : {});
      if (isPeopled(system)) await supervise(system);
      return;
    }
    case 'send': {
      const ids = system.processes.map(({ id }) => id);
      const Path = step.path.map((at) => ids[at]).join(' ');
      await at(system, step.to).send({ tags: { Action: 'Go', Path }, data: step.data });
      return;
    }
    case 'run': {
      const left = turns === undefined ? step.turns : turns - turnsOf(system);
      if (left > 0) await system.run({ turns: left });
      return;
    }
    case 'flush':
      return system.flush();
    case 'settle':
      await system.settle();
  }
}

function at({ processes }: System, place: number): ProcessHandle {
  // What has ended takes no mail.
  const running = processes.filter(({ status }) => status.state !== 'stopped');
  const found = running[place % running.length];
  if (!found) throw new Error('nobody is left');
  return found;
}

/** How a run without crashes goes. */
export interface Baseline {
  readonly seed: string;
  readonly digest: string;
  /** After each step, how long the log is and how many turns were taken. */
  readonly marks: readonly { readonly length: number; readonly turns: number }[];
  readonly log: Uint8Array;
}

/** A run without crashes, and what is asked of its system at the end. */
export async function baselineOf(seed: string, ask: (system: System) => unknown = () => {}): Promise<Baseline> {
  const store = memoryStore();
  const system = systemOn(seed, store);
  const marks: Baseline['marks'][number][] = [];
  for (const step of scriptOf(seed)) {
    await take(seed, system, step);
    marks.push({ length: store.length, turns: turnsOf(system) });
  }
  const { log, digest } = await system.record();
  await ask(system);
  await system.close();
  return { seed, digest, marks, log };
}
