/** What every side evaluates: an aos process whose handler answers each ping, and an endless row of pings. */
import type { Assignment, Environment } from 'heddle';
import { defaultLimits, wasm } from 'heddle';
import { assigned, unsigned, unsignedItem } from '../../test/fixtures/system/messages.ts';
import { publishedModule } from '../../test/modules/index.ts';

export const published = publishedModule('aos2_0_6');

export const handler = `Handlers.add('ping', 'Ping', function(msg) msg.reply({ Data = 'pong' }) end)`;

const owner = 'benchmark-owner-benchmark-owner-benchmark-1';
const module = wasm(published.bytes());
const moment = { timestampMs: 1_735_689_600_000, blockHeight: 1_580_000 };

const item = unsignedItem(
  { owner, from: owner, tags: [...typed('Process'), { name: 'Module', value: module.id }] },
  'ping',
);

export const environment: Environment = {
  process: { id: item.id, owner, tags: item.tags },
  module: { id: module.id, owner, tags: module.tags },
  limits: defaultLimits,
  supervisor: 'supervisor',
  past: () => [],
};

/** The process's own item, the Eval of the handler, and then pings. */
export function* assignments(): Generator<Assignment, never> {
  let last = assigned({ process: item.id, message: item, exclude: [] }, undefined, moment, owner);
  yield last;
  for (let slot = 1; ; slot++) {
    const action = slot === 1 ? 'Eval' : 'Ping';
    const tags = [{ name: 'Action', value: action }, ...typed('Message')];
    const data = slot === 1 ? handler : '';
    const message = unsigned({ owner, from: owner, target: item.id, tags, data }, `ping ${slot}`);
    last = assigned({ process: item.id, message, exclude: [] }, last, moment, owner);
    yield last;
  }
}

/** Fails unless a ping was answered, so that no side can win by failing. */
export function checkPong(reply: unknown, error: unknown): void {
  if (error || reply !== 'pong') throw new Error(`No pong but ${String(error ?? reply)}`);
}

function typed(type: string) {
  return [
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Variant', value: 'ao.TN.1' },
    { name: 'Type', value: type },
  ];
}
