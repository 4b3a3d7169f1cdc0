/**
 * Two programs compiled for WASI as processes: a counter that keeps its state in a file and runs anew for each message,
 * and a vote that stays in memory. A TypeScript process votes too, and the run is done again from its recording.
 */
import { behavior, createSystem, type Outcome, type ProcessHandle, replay } from 'heddle';
import { wasi } from 'heddle/wasi';
import { bold, dim, green, red } from '../token/output.ts';
import { program } from './programs.ts';

// Votes in its own name for what it is told.
const citizen = behavior<null>(
  {
    init: () => null,
    receive(_, message, turn) {
      const [target = '', choice = ''] = message.data.split(' ');
      turn.send({ target, tags: { Action: 'Vote', Choice: choice } });
    },
  },
  { name: 'citizen' },
);

const modules = { counter: wasi(program('counter')), vote: wasi(program('vote')), citizen };
await using system = createSystem({ seed: 'counter example' });
const counter = await system.spawn(modules.counter, { name: 'counter' });
const vote = await system.spawn(modules.vote, { name: 'vote' });
const voter = await system.spawn(modules.citizen, { name: 'citizen' });

console.log(bold('A counter, its state a file'));
await show(counter, { Action: 'Increment' });
await show(counter, { Action: 'Increment', By: '41' });
await show(counter, { Action: 'Increment', By: '1000' });
await show(counter, { Action: 'Count' });

console.log(`\n${bold('A vote, its state in memory')}`);
await voter.send({ data: `${vote.id} warp` });
await system.settle();
await show(vote, { Action: 'Vote', Choice: 'weft' });
await show(vote, { Action: 'Vote', Choice: 'warp' });
await system.advance(2 * 3_600_000);
await show(vote, { Action: 'Vote', Choice: 'weft' }, 'too late');
const { data } = await vote.ask({ tags: { Action: 'Tally' } });
console.log(`${bold('Tally')}  ${data}`);

const replayed = await replay(await system.record(), { modules: Object.values(modules) });
console.log(`\n${bold('Digest')} of the run:    ${system.trace.digest}`);
console.log(`${bold('Digest')} of the replay: ${replayed.digest}`);
const same = replayed.digest === system.trace.digest;
console.log(same ? green(`equal: ${replayed.turns} turns came out the same`) : red('different'));
if (!same) process.exitCode = 1;

async function show(process: ProcessHandle, tags: Record<string, string>, from?: string): Promise<void> {
  const receipt = await process.send({ tags, ...(from !== undefined && { from }) });
  const outcome = await receipt.outcome();
  console.log(`  ${Object.values(tags).join(' ').padEnd(16)} ${said(outcome)} ${dim(`${outcome.gasUsed} gas`)}`);
}

function said({ error, output }: Outcome): string {
  return error === undefined ? String(output) : red(`refused: ${error}`);
}
