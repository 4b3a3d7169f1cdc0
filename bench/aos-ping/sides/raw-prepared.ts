import { prepare } from '../../../lib/compute/wasm/prepare/index.ts';
import { maximumBytes } from '../../../lib/compute/wasm/program.ts';
import { published } from '../ping.ts';
import { serveRaw } from '../raw.ts';

const { bytes } = await prepare(published.bytes(), { maximumBytes });
await serveRaw(bytes);
