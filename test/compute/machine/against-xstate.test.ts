import fc from 'fast-check';
import { machine, type OutboxEvent } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AnyActorRef, type AnyStateMachine, createActor, isMachineSnapshot } from 'xstate';
import { anyMachine, anySteps, externalEvents } from './any-machine.ts';
import { hosted, sentBy } from './host.ts';

/** A machine in XState alone, with a clock that fires what is due in the order in which it was set. */
function alone(logic: AnyStateMachine) {
  const timeouts: { atMs: number; fire: () => void }[] = [];
  const actors: AnyActorRef[] = [];
  const sent: string[] = [];
  let nowMs = 0;
  let failed = false;
  let timerReplaced = false;
  const actor = createActor(logic, {
    clock: {
      setTimeout(fire: () => void, delayMs: number) {
        const timeout = { atMs: nowMs + delayMs, fire };
        timeouts.push(timeout);
        return timeout;
      },
      clearTimeout(timeout: (typeof timeouts)[number]) {
        const at = timeouts.indexOf(timeout);
        if (at >= 0) timeouts.splice(at, 1);
      },
    },
    inspect(event) {
      if (event.type !== '@xstate.actor') return;
      const one = event.actorRef as AnyActorRef; // every reference is to an actor
      actors.push(one);
      one.on('*', (emitted: OutboxEvent) => {
        if (emitted.type === 'outbox.send') sent.push([emitted.entry.target, emitted.entry.data].join(' '));
      });
    },
  });
  const { scheduler } = actor.system;
  const { schedule } = scheduler;
  scheduler.schedule = (source, target, event, delayMs, id) => {
    const { _scheduledEvents: set } = actor.system.getSnapshot();
    if (id !== undefined && `${source.sessionId}.${id}` in set) timerReplaced = true;
    schedule(source, target, event, delayMs, id);
  };
  actor.subscribe({
    error() {
      failed = true;
    },
  });
  actor.start();
  const reachable = (one: AnyActorRef): AnyActorRef[] => {
    const snapshot: unknown = one.getSnapshot();
    return [
      one,
      ...(isMachineSnapshot(snapshot) ? Object.values<AnyActorRef>(snapshot.children) : []).flatMap(reachable),
    ];
  };
  return {
    actor,
    sent,
    get failed() {
      return failed;
    },
    /**
     * Whether it got where XState and a process differ on purpose: under one id there are two delays, of which XState
     * cancels only the newest, or two children, of which it forgets the older one only when it restores a snapshot.
     */
    get strange() {
      const known = new Set(reachable(actor));
      const lost = actors.some((one) => !known.has(one) && one.getSnapshot().status === 'active');
      return timerReplaced || lost;
    },
    advance(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = timeouts.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
        if (!next) break;
        timeouts.splice(timeouts.indexOf(next), 1);
        nowMs = Math.max(nowMs, next.atMs);
        next.fire();
        // The next one could not follow from a state that a process does not get into.
        if (this.strange || failed) return;
      }
      nowMs = untilMs;
    },
  };
}

/** What can be compared of a snapshot: ids of actors are numbered over the whole program by XState alone. */
function comparable(snapshot: unknown): unknown {
  // XState's persisted snapshots are of this shape.
  const { status, value, context, children = {} } = snapshot as Record<string, unknown>;
  const below = Object.values(children as Record<string, { snapshot: unknown }>).map((child) =>
    comparable(child.snapshot),
  );
  return { status, value, context: typeof context === 'object' ? { ...context, kid: null } : context, below };
}

test('a process does what the machine does in XState alone', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), anySteps(externalEvents), async (g, steps) => {
      const logic = anyMachine(g);
      const plain = alone(logic);
      const host = await hosted(machine(logic));
      for (const step of steps) {
        if (plain.failed || plain.strange || plain.sent.length > 2_000) break;
        const done = host.outcomes.length;
        if (step.type === 'send') {
          plain.actor.send({ type: step.event });
          await host.send(step.event);
        } else if (step.type === 'advance') {
          plain.advance(step.ms);
          if (plain.strange) break;
          await host.advance(step.ms);
        } else await host.restart();
        if (plain.strange) break;
        const failed = host.outcomes.slice(done).some(({ error }) => error !== undefined);
        assert.is(failed, plain.failed);
        if (failed) break;
        compared++;
        assert.equal(comparable(await host.snapshot()), comparable(plain.actor.getPersistedSnapshot()));
        const sent = host.outcomes.flatMap(sentBy).filter((text) => text.startsWith('a wallet'));
        assert.equal(sent, plain.sent);
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(compared > 100, `${compared} steps were compared`);
});

test.run();
