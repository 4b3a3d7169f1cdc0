// A counter whose state is a file. It is a command: all of it runs anew for each message.

import { Message, outcome, refusal, reply } from './ao';
import { readInput, readText, writeText } from './system';

const message = new Message(readInput());
const action = message.tag('Action');
const stored = readText('count');
let count = stored == '' ? 0 : I64.parseInt(stored);

if (action == 'Increment') {
  const by = message.tag('By');
  count += by == '' ? 1 : I64.parseInt(by);
  writeText('count', count.toString());
  process.stdout.write(
    count > 1000 ? refusal('It counts to 1000') : outcome(count.toString(), [reply(message, count.toString())]),
  );
} else {
  process.stdout.write(outcome(count.toString()));
}
