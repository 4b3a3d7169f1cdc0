/** A program of its own: prints what a thousand aos processes take, resident and hibernated. */
import { createSystem, wasm } from 'heddle';
import { handler, published } from '../aos-ping/ping.ts';

const processes = 1_000;

const used = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().rss;
};

async function fill(residentBytes: number): Promise<number> {
  const system = createSystem({ workers: 0, limits: { residentBytes } });
  const aos = wasm(published.bytes());
  // The first brings what all share.
  await system.spawn(aos);
  await system.settle();
  const before = used();
  for (let count = 0; count < processes; count++) {
    const process = await system.spawn(aos);
    await process.send({ tags: { Action: 'Eval' }, data: handler });
    await process.send({ tags: { Action: 'Ping' } });
    await system.settle();
  }
  const bytes = (used() - before) / processes;
  if (system.processes.length !== processes + 1) throw new Error('A process was lost');
  await system.close();
  return bytes;
}

process.send?.(await fill(Number(process.argv[2])));
