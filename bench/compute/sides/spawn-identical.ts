/** The same process in another system, as a test suite makes it: its first message has been evaluated before. */
import { createSystem, wasm } from 'heddle';
import { published } from '../../aos-ping/ping.ts';
import { serve } from '../../side.ts';

const aos = wasm(published.bytes());

serve(async () => {
  await using system = createSystem({ seed: 'the same', workers: 0 });
  const process = await system.spawn(aos);
  const { error } = await process.outcome(0);
  if (error) throw new Error(`It did not boot: ${String(error)}`);
});
