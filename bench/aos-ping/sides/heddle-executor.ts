/** The executor alone: JSON both ways, rollback and the time limit. */
import { wasm } from 'heddle';
import { serve } from '../../side.ts';
import { assignments, checkPong, environment, published } from '../ping.ts';

const executor = await wasm(published.bytes()).start(environment);
const row = assignments();
const evaluate = () => executor.evaluate(row.next().value);
await evaluate();
await evaluate();
serve(async () => {
  const { messages, error } = await evaluate();
  checkPong(messages[0]?.data, error);
});
