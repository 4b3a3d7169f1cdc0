/** Erlang, where the machine has it: a program of its own that does a workload for each line it reads. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { checkCount, type Size, type Work, type Workloads } from './workload.ts';

/** Whether this machine has it. */
export const hasErlang = (): boolean => !spawnSync('erl', ['-noshell', '-eval', 'halt().']).error;

const source = JSON.stringify(fileURLToPath(new URL('./actors.erl', import.meta.url)));
const program = `{ok, Module, Code} = compile:file(${source}, [binary, report]),
  code:load_binary(Module, ${source}, Code), actors:main().`;

/** Starts the program; the function asks it for a workload and gives its answer. */
function startErlang(): (workload: string, size: Size) => Promise<number> {
  const erlang = spawn('erl', ['-noshell', '-eval', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: erlang.stdout })[Symbol.asyncIterator]();
  return async (workload, { processes, messages }) => {
    erlang.stdin.write(`${workload} ${processes} ${messages}\n`);
    const { done, value } = await lines.next();
    if (done) throw new Error('Erlang ended before it answered.');
    return Number(value);
  };
}

const counted =
  (workload: string, what: 'messages' | 'processes') =>
  (size: Size): Work => {
    const ask = startErlang();
    return { turn: async () => checkCount(await ask(workload, size), size[what], what) };
  };

export const workloads: Workloads = {
  'ping-pong': counted('ping-pong', 'messages'),
  ring: counted('ring', 'messages'),
  spawn: counted('spawn', 'processes'),
  ask: counted('ask', 'messages'),
};

/** Bytes of a process, as Erlang counts them. */
export const erlangFootprint = (size: Size): Promise<number> => startErlang()('footprint', size);
