import { serveLoader } from '../loader.ts';

await serveLoader(false);
