/** Another process of a warm module, up to the outcome of its first message, and stopped again. */
import { createSystem, wasm } from 'heddle';
import { published } from '../../aos-ping/ping.ts';
import { serve } from '../../side.ts';

const aos = wasm(published.bytes());
const system = createSystem({ workers: 0 });

serve(async () => {
  const process = await system.spawn(aos);
  const { error } = await process.outcome(0);
  if (error) throw new Error(`It did not boot: ${String(error)}`);
  await process.stop();
});
