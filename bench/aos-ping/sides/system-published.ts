import { serveSystem } from '../heddle.ts';

await serveSystem({ prepare: 'off' });
