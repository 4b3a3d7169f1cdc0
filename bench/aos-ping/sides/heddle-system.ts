/** Everything: admission, slot and hash chain, turn, commit, the reply as outbound mail, the trace's digest. */
import { createSystem, wasm } from 'heddle';
import { serve } from '../../side.ts';
import { checkPong, handler, published } from '../ping.ts';

const system = createSystem();
const process = await system.spawn(wasm(published.bytes()));
await process.send({ tags: { Action: 'Eval' }, data: handler });
await system.settle();
serve(async () => {
  const receipt = await process.send({ tags: { Action: 'Ping' } });
  const { messages, error } = await receipt.outcome();
  checkPong(messages[0]?.data, error);
});
