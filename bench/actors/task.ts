/** What a side's program is told to do, as it is passed on the command line. */
import type { Size, Work, Workloads } from './workload.ts';

const peers = {
  plain: () => import('./plain.ts'),
  floor: () => import('./floor.ts'),
  heddle: () => import('./heddle.ts'),
  xstate: () => import('./xstate.ts'),
  nact: () => import('./nact.ts'),
  comedy: () => import('./comedy.ts'),
  erlang: () => import('./erlang.ts'),
} satisfies Readonly<Record<string, () => Promise<{ readonly workloads: Workloads }>>>;

export type Peer = keyof typeof peers;

export interface Task {
  readonly peer: Peer;
  readonly workload: string;
  readonly size: Size;
  /** What a turn's time is divided by. */
  readonly parts: number;
}

export async function setUp({ peer, workload, size }: Task): Promise<Work> {
  const { workloads }: { readonly workloads: Workloads } = await peers[peer]();
  const start = workloads[workload];
  if (!start) throw new Error(`${peer} has no workload ${workload}`);
  return start(size);
}

export const taskArgument = (task: Task): string => JSON.stringify(task);

// Only this benchmark starts these programs.
export const parseTask = (argument = ''): Task => JSON.parse(argument) as Task;
