/** `<folder> <key file> <count>`: opens the counter in a folder, and counts up to there, a line for each number. */
import { countOf, countOn, identityFrom, openCounter } from './counter.ts';

const [folder = '', keyFile = '', last = '0'] = process.argv.slice(2);
await using counter = await openCounter(folder, await identityFrom(keyFile));
for (let count = await countOf(counter.process); count < Number(last); ) {
  count = await countOn(counter.system, counter.process);
  process.stdout.write(`${count}\n`);
}
