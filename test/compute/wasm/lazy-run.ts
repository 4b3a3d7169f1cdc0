// Starts a process for each way of preparing it is given, has it take a turn, and tells of that and of what was prepared.

import { wasm } from '../../../lib/compute/wasm/index.ts';
import { publishedModule } from '../../modules/index.ts';
import { TestProcess } from './process.ts';

for (const prepare of process.argv.slice(2) as ('before' | 'lazy')[]) {
  const onPrepare = ({ step }: { readonly step: string }) => {
    if (step === 'done' && prepare === 'lazy') console.log('prepared in the background');
  };
  const one = await TestProcess.blank(wasm(publishedModule('process').bytes(), { prepare, onPrepare }));
  await one.send({});
  console.log(`${prepare}: answered`);
}
