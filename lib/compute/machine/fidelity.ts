import type { AnyActorRef } from 'xstate';
import { HeddleError } from '../../core/error.ts';

/** The actors of a machine by their ids. */
type Children = Readonly<Record<string, AnyActorRef | undefined>>;

/**
 * Freezes the objects and lists in `value` all the way down, so that nothing changes a state but the next one. Returns
 * whether a checkpoint brings `value` back exactly. Plain data it does; of maps, sets, dates and what it spells
 * differently it makes a copy, and a machine that keeps such things has to work on that copy with or without a checkpoint.
 */
export const freeze = (value: unknown, children: Children = {}): boolean =>
  visit(value, children, new Set()) !== fidelity.copied;

/** How a value comes back from a checkpoint. */
const fidelity = {
  same: 0,
  /** The same as long as the actors that it refers to are there. */
  linked: 1,
  copied: 2,
} as const;

type Fidelity = (typeof fidelity)[keyof typeof fidelity];

/** What is frozen all the way down and comes back the same: a state shares most of its parts with the one before. */
const settled = new WeakSet<object>();

function visit(value: unknown, children: Children, around: Set<object>): Fidelity {
  if (typeof value !== 'object' || value === null) return fidelityOfLeaf(value);
  if (settled.has(value)) return fidelity.same;
  if (isActor(value)) return children[value.id] === value ? fidelity.linked : fidelity.copied;
  if (around.has(value)) throw new HeddleError('state-invalid', 'the state of the machine holds itself');
  around.add(value);
  const plain = isPlain(value);
  let worst: Fidelity = plain ? fidelityOfKeys(value) : fidelity.copied;
  for (const part of partsOf(value)) {
    const found = visit(part, children, around);
    if (found > worst) worst = found;
  }
  around.delete(value);
  if (plain) Object.freeze(value);
  if (worst === fidelity.same) settled.add(value);
  return worst;
}

// A checkpoint spells minus zero as zero, and half a surrogate pair as a replacement character.
function fidelityOfLeaf(value: unknown): Fidelity {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? fidelity.same : fidelity.copied;
    case 'number':
      return Object.is(value, -0) ? fidelity.copied : fidelity.same;
    case 'function':
    case 'symbol':
      return fidelity.copied;
    default:
      return fidelity.same;
  }
}

function fidelityOfKeys(value: object): Fidelity {
  if (Array.isArray(value)) return Object.keys(value).length === value.length ? fidelity.same : fidelity.copied;
  // XState takes an object with this key for an actor when it restores; a stranger's JSON must not become one.
  if ('xstate$$type' in value) throw new HeddleError('state-invalid', 'the context has a key xstate$$type');
  if (Object.getPrototypeOf(value) === null) return fidelity.copied;
  return Reflect.ownKeys(value).every(isKept) ? fidelity.same : fidelity.copied;
}

const isKept = (key: string | symbol): boolean =>
  typeof key === 'string' && key !== '__proto__' && key !== 'toJSON' && key.isWellFormed();

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function partsOf(value: object): Iterable<unknown> {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return value;
  return ArrayBuffer.isView(value) ? [] : Object.values(value);
}

/** What XState takes for an actor when it makes a checkpoint. */
const isActor = (value: object): value is AnyActorRef => 'sessionId' in value && 'send' in value && 'ref' in value;
