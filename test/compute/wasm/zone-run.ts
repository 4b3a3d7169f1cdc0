// Prints a digest of every outcome of a conversation: what its environment could change shows.

import { hashId } from '../../../lib/core/id.ts';
import { outcomeText } from '../../../lib/core/outcome.ts';
import { conversation } from './conversation.ts';
import { assignmentOf, environment, published } from './process.ts';

for (const name of ['aos2_0_6', 'aos2_0_4_32'] as const) {
  const module = await published(name);
  const executor = await module.start(environment(module));
  const texts: string[] = [];
  for (const [slot, message] of conversation.entries()) {
    texts.push(outcomeText(await executor.evaluate(assignmentOf(module, slot, message))));
  }
  console.log(name, hashId(...texts), new Date(0).getHours());
}
