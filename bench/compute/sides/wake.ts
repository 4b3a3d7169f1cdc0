/** A process brought up from its checkpoint. */
import { wasm } from 'heddle';
import { assignments, environment, published } from '../../aos-ping/ping.ts';
import { serve } from '../../side.ts';

const aos = wasm(published.bytes());
const executor = await aos.start(environment);
const row = assignments();
for (let slot = 0; slot < 20; slot++) await executor.evaluate(row.next().value);
const checkpoint = await executor.checkpoint();

serve(async () => {
  const woken = await aos.start(environment, checkpoint);
  if (woken.slot !== checkpoint.slot) throw new Error(`It woke at slot ${woken.slot}, not ${checkpoint.slot}`);
  await woken.close();
});
