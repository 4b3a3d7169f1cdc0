// Very many processes of one module, each used once and closed; most start as one before them did.

import { hashId } from '../../../../lib/core/id.ts';
import { assignmentOf, environment, published } from '../process.ts';
import { report } from './measure.ts';

const module = await published('aos2_0_6');
await report(Number(process.argv[2]), async (index) => {
  const given = environment(module);
  // One in ten is of an environment that nobody was of before.
  const id = index % 10 === 0 ? hashId('test process', String(index)) : given.process.id;
  const executor = await module.start({ ...given, process: { ...given.process, id } });
  for (const slot of [0, 1]) {
    const { error } = await executor.evaluate(assignmentOf(module, slot, { tags: { Action: 'Eval' }, data: '1 + 1' }));
    if (error !== undefined) throw new Error(String(error));
  }
  await executor.close();
});
