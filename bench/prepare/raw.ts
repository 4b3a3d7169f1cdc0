/** A side that calls `handle` and nothing else, with three kinds of messages by turns. */
import type { Environment, TagsInput } from 'heddle';
import { defaultLimits, wasm } from 'heddle';
import { Instance } from '../../lib/compute/wasm/instance.ts';
import { assignmentJson, environmentJson } from '../../lib/compute/wasm/message-json.ts';
import { readProgram } from '../../lib/compute/wasm/program.ts';
import { toTags } from '../../lib/core/tags.ts';
import { assigned, unsigned, unsignedItem } from '../../test/fixtures/system/messages.ts';
import { publishedModule } from '../../test/modules/index.ts';
import { serve } from '../side.ts';

export const published = publishedModule('aos2_0_6');

const owner = 'benchmark-owner-benchmark-owner-benchmark-1';
const moment = { timestampMs: 1_735_689_600_000, blockHeight: 1_580_000 };

const handlers = `
local bint = require('.bint')(256)
Balances = { [ao.env.Process.Owner] = tostring(bint(10 ^ 12)) }
local function balance(who) return bint(Balances[who] or '0') end
Handlers.add('ping', 'Ping', function(msg) msg.reply({ Data = 'pong' }) end)
Handlers.add('transfer', 'Transfer', function(msg)
  local quantity = bint(msg.Quantity)
  assert(bint.__lt(0, quantity) and not bint.__lt(balance(msg.From), quantity))
  Balances[msg.From] = tostring(balance(msg.From) - quantity)
  Balances[msg.Recipient] = tostring(balance(msg.Recipient) + quantity)
  Send({ Target = msg.Recipient, Action = 'Credit-Notice', Quantity = msg.Quantity })
  msg.reply({ Action = 'Debit-Notice', Quantity = msg.Quantity })
end)
Handlers.add('loop', 'Loop', function(msg)
  local sum = 0
  for i = 1, 200000 do sum = sum + i % 7 end
  local texts = {}
  for i = 1, 2000 do texts[i] = tostring(i) end
  msg.reply({ Data = sum .. #table.concat(texts) })
end)`;

/** In the order in which they take turns. */
export const workloads = ['Ping', 'Transfer', 'Loop'] as const;

export async function serveRaw(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const module = wasm(published.bytes());
  const tags = toTags({ Type: 'Process', Module: module.id });
  const item = unsignedItem({ owner, from: owner, tags }, 'raw');
  const environment: Environment = {
    process: { id: item.id, owner, tags: item.tags },
    module: { id: module.id, owner, tags: module.tags },
    limits: defaultLimits,
    supervisor: 'supervisor',
    past: () => [],
  };
  const instance = new Instance(await WebAssembly.compile(bytes), readProgram(bytes));
  instance.boot();
  const utf8 = new TextEncoder();
  const env = utf8.encode(environmentJson(environment));
  let last = assigned({ process: item.id, message: item, exclude: [] }, undefined, moment, owner);
  const handle = () => instance.handle(utf8.encode(assignmentJson(last)), env).text;
  const send = (tags: TagsInput, data = '') => {
    const content = { owner, from: owner, target: item.id, tags: toTags(tags), data };
    const message = unsigned(content, `raw ${last.slot}`);
    last = assigned({ process: item.id, message, exclude: [] }, last, moment, owner);
    return handle();
  };
  handle();
  send({ Action: 'Eval' }, handlers);
  let turn = 0;
  serve(() => {
    const Action = workloads[turn++ % workloads.length] ?? 'Ping';
    const text = send({ Action, Recipient: 'somebody', Quantity: '1' });
    if (!/pong|Debit-Notice|"Data":"\d+"/.test(text)) throw new Error(`${Action} was not answered: ${text}`);
  });
}
