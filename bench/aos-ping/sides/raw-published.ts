import { published } from '../ping.ts';
import { serveRaw } from '../raw.ts';

await serveRaw(published.bytes());
