/** Many aos processes in one system: how long a message takes when all have some, for so many worker threads. */
import { createSystem, wasm } from 'heddle';
import { handler, published } from '../aos-ping/ping.ts';
import { serve } from '../side.ts';

const processes = 64;
const messages = 8;

export async function serveSpreadOut(workers: number): Promise<void> {
  const aos = wasm(published.bytes());
  const system = createSystem({ workers });
  for (let count = 0; count < processes; count++) {
    const process = await system.spawn(aos);
    await process.send({ tags: { Action: 'Eval' }, data: handler });
  }
  await system.settle();
  serve(async () => {
    for (let message = 0; message < messages; message++) {
      for (const process of system.processes) await process.send({ tags: { Action: 'Ping' } });
    }
    const { turns } = await system.settle();
    if (turns !== processes * messages) throw new Error(`${turns} turns for ${processes * messages} messages`);
  }, processes * messages);
}
