import { published, serveRaw } from '../raw.ts';

await serveRaw(published.bytes());
