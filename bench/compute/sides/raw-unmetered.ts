import { prepare } from '../../../lib/compute/wasm/prepare/index.ts';
import { maximumBytes } from '../../../lib/compute/wasm/program.ts';
import { published } from '../../aos-ping/ping.ts';
import { serveRaw } from '../../aos-ping/raw.ts';

const { bytes } = await prepare(published.bytes(), { maximumBytes, meter: false });
await serveRaw(bytes);
