// A vote whose state is in memory. It is a reactor: it stays, and `handle` is called for each message.

import { Message, outcome, quoted, refusal, reply } from './ao';
import { readInput } from './system';

const choices = new Map<string, string>();
let openUntil: i64 = 0;

export function handle(): void {
  process.stdout.write(answer(new Message(readInput())));
}

function answer(message: Message): string {
  const action = message.tag('Action');
  if (openUntil == 0) openUntil = Date.now() + 3_600_000;
  if (action == 'Vote') {
    const voter = message.field('From');
    const choice = message.tag('Choice');
    const known = choices.has(voter);
    // It counts first and asks later: a refusal takes this back.
    choices.set(voter, choice);
    if (known) return refusal('One vote each');
    if (choice == '') return refusal('Vote needs a Choice');
    if (Date.now() > openUntil) return refusal('The vote has ended');
    return outcome(choice, [reply(message, tally())]);
  }
  if (action == 'Tally') return outcome(tally(), [reply(message, tally())]);
  return outcome('');
}

/** How often each choice was made, in the order of the first votes for them, as JSON. */
function tally(): string {
  const counts = new Map<string, i32>();
  const made = choices.values();
  for (let i = 0; i < made.length; i++) counts.set(made[i], (counts.has(made[i]) ? counts.get(made[i]) : 0) + 1);
  const names = counts.keys();
  const parts: string[] = [];
  for (let i = 0; i < names.length; i++) parts.push(quoted(names[i]) + ':' + counts.get(names[i]).toString());
  return '{' + parts.join(',') + '}';
}
