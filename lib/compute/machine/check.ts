import type { AnyActor, AnyActorLogic, AnyStateMachine, StateNode } from 'xstate';
import { HeddleError } from '../../core/error.ts';

/** Refuses what is no state machine. */
export function checkIsMachine(logic: AnyStateMachine): void {
  if (!isMachine(logic)) throw new HeddleError('machine-invalid', 'what was given is no machine of XState');
}

/**
 * Refuses machines that act by themselves: those with promises, callbacks or observables among their actors, or with
 * asynchronous actions and guards.
 */
export function checkMachine(logic: AnyStateMachine, checked: Set<AnyActorLogic> = new Set()): void {
  if (checked.has(logic)) return;
  checked.add(logic);
  const { actions, guards, delays } = logic.implementations;
  for (const [name, actor] of Object.entries(actorsOf(logic))) checkLogic(actor, name, logic, checked);
  for (const [name, code] of Object.entries({ ...actions, ...guards, ...delays })) checkCode(code, name, logic);
  for (const node of nodesBelow(logic.root)) checkNode(node, logic, checked);
}

/** Refuses a child that acts by itself or could not be restored from a checkpoint. */
export function checkChild({ id, src, logic }: AnyActor): void {
  const name = typeof src === 'string' ? src : id;
  if (actsByItself(logic)) throw asynchronous(`the actor ${name}`);
  if (typeof src === 'string') return;
  throw new HeddleError(
    'machine-invalid',
    `the actor ${id} was spawned from code that is not among the machine's actors`,
  );
}

function checkNode(node: StateNode, machine: AnyStateMachine, checked: Set<AnyActorLogic>): void {
  const { invoke = [] } = node.config;
  for (const { src } of [invoke].flat()) {
    const logic = typeof src === 'string' ? actorsOf(machine)[src] : src;
    checkLogic(logic, typeof src === 'string' ? src : `invoked in ${node.id}`, machine, checked);
  }
  const transitions = [...node.transitions.values(), node.always ?? []].flat();
  for (const { actions, guard } of transitions) {
    for (const code of [...actions, guard]) checkCode(code, `in ${node.id}`, machine);
  }
  for (const code of [...node.entry, ...node.exit]) checkCode(code, `in ${node.id}`, machine);
}

function checkLogic(
  logic: AnyActorLogic | undefined,
  name: string,
  machine: AnyStateMachine,
  checked: Set<AnyActorLogic>,
): void {
  if (!logic) throw new HeddleError('machine-invalid', `the machine ${machine.id} has no actor ${name}`);
  if (actsByItself(logic)) throw asynchronous(`the actor ${name} of ${machine.id}`);
  if (isMachine(logic)) checkMachine(logic, checked);
}

function checkCode(code: unknown, name: string, { id }: AnyStateMachine): void {
  if (Object.prototype.toString.call(code) === '[object AsyncFunction]')
    throw asynchronous(`the function ${name} of ${id}`);
}

// XState's types allow for a form that setup() does not have and XState does not run.
const actorsOf = (machine: AnyStateMachine) => machine.implementations.actors as Record<string, AnyActorLogic>;

/** A state and all states in it. */
export function* nodesBelow(node: StateNode): Generator<StateNode> {
  yield node;
  for (const child of Object.values(node.states)) yield* nodesBelow(child);
}

/** What XState starts besides machines goes on outside of turns; a transition function is not started. */
const actsByItself = (logic: AnyActorLogic): boolean => logic.start !== undefined && !isMachine(logic);

// A program may have another copy of XState, whose classes are not ours.
const isMachine = (logic: AnyActorLogic): logic is AnyStateMachine =>
  typeof logic === 'object' && logic !== null && 'implementations' in logic && 'root' in logic;

const asynchronous = (what: string): HeddleError => new HeddleError('machine-asynchronous', `${what} is asynchronous`);
