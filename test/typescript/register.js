// Lets Node run this tree's TypeScript, in worker threads too: `node --import ./test/typescript/register.js <file>`.

import module from 'node:module';
import { register } from 'tsx/esm/api';
import { load } from './packages.js';

register();
// What is registered last is asked first. Where Node has hooks of a thread's own, tsx uses those.
if (module.registerHooks) module.registerHooks({ load });
else module.register('./packages.js', import.meta.url);
