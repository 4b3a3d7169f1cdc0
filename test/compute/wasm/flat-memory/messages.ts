// One process that gets very many messages: most succeed, some fail, now and then it is looked at.

import { TestProcess } from '../process.ts';
import { report } from './measure.ts';

const aos = await TestProcess.booted('aos2_0_6');
await aos.eval('Count = 0');
await report(Number(process.argv[2]), async (index) => {
  if (index % 100 === 99) {
    const { error } = await aos.run('Count = -1 error("taken back")');
    if (error === undefined) throw new Error('It succeeded');
    return;
  }
  await aos.eval('Count = Count + 1');
  if (index % 1000 === 500) {
    await aos.dryRun({ tags: { Action: 'Eval' }, data: 'return Count' });
    await aos.executor.checkpoint();
    await aos.executor.state?.();
  }
});
