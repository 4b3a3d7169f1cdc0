/** The reference loader as a side: with its memory copied out and in for each message, or left where it is. */
import loader from '@permaweb/ao-loader';
import { assignmentJson, environmentJson } from '../../lib/compute/wasm/message-json.ts';
import { serve } from '../side.ts';
import { assignments, checkPong, environment, published } from './ping.ts';

export async function serveLoader(copyMemory: boolean): Promise<void> {
  const { format } = published;
  const handle = await loader(published.bytes(), { format, UNSAFE_MEMORY: !copyMemory });
  const env = JSON.parse(environmentJson(environment));
  const row = assignments();
  let memory: ArrayBuffer | null = null;
  const turn = async () => {
    const result = await handle(copyMemory ? memory : null, JSON.parse(assignmentJson(row.next().value)), env);
    if (copyMemory) memory = result.Memory;
    return result;
  };
  await turn();
  await turn();
  serve(async () => {
    const result = await turn();
    const [first] = result.Messages;
    checkPong(first?.Data, result.Error);
  });
}
