import { serveLoader } from '../loader.ts';

await serveLoader(true);
