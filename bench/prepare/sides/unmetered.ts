import { prepare } from '../../../lib/compute/wasm/prepare/index.ts';
import { published, serveRaw } from '../raw.ts';

await serveRaw((await prepare(published.bytes(), { meter: false })).bytes);
