import { serveExecutor } from '../heddle.ts';

await serveExecutor({ prepare: 'before' });
