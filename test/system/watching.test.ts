import { behavior, createSystem, type Message, type ProcessHandle, replay, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cutEverywhere } from '../fixtures/system/cuts.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** What a process has been told of others: status, reason and whether that answers its request. */
type Heard = readonly [string, string, boolean];

/** Does what its messages say to the processes that they name, and keeps what it is told of them. */
const keeper = behavior<{ heard: Heard[]; reference: string }>(
  {
    init: () => ({ heard: [], reference: '' }),
    receive(state, message, turn) {
      const process = tagValue(message.tags, 'Process') ?? '';
      switch (tagValue(message.tags, 'Action')) {
        case 'Down':
          state.heard.push(downOf(message, state.reference));
          break;
        case 'Watch':
          state.reference = turn.watch(process).reference;
          break;
        case 'Unwatch':
          turn.unwatch(process);
          break;
        case 'Link':
          turn.link(process);
          break;
        case 'Unlink':
          turn.unlink(process);
          break;
        case 'Exit':
          turn.exit(message.data);
          break;
        case 'Fail':
          throw new Error('told to fail');
        case 'Read':
          turn.output(state.heard);
      }
    },
  },
  { name: 'keeper' },
);

const downOf = ({ tags, data }: Message, reference: string): Heard => [
  tagValue(tags, 'Status') ?? '',
  data,
  tagValue(tags, 'X-Reference') === reference,
];

/** A keeper whose executor crashes whenever it is told to. */
const fragile = wrapped(keeper, {
  before({ message }) {
    if (tagValue(message.tags, 'Action') === 'Crash') throw new Error('it crashed');
  },
});

const tell = (process: ProcessHandle, Action: string, about?: ProcessHandle | string, data = '') =>
  process.send({ tags: { Action, Process: typeof about === 'string' ? about : (about?.id ?? 'nobody') }, data });

const heardBy = async (process: ProcessHandle) => (await process.dryRun({ tags: { Action: 'Read' } })).output;

async function three() {
  const system = createSystem({ limits: { restarts: 0 } });
  const [a, b, c] = [await system.spawn(fragile), await system.spawn(fragile), await system.spawn(fragile)];
  return { system, a, b, c };
}

test('a watcher is told that a process has failed, and why', async () => {
  const { system, a, b, c } = await three();
  await tell(a, 'Watch', b);
  await system.settle();
  await tell(b, 'Crash');
  await system.settle();
  assert.equal(await heardBy(a), [['failed', '0 restarts are spent: it crashed', true]]);
  assert.equal(await heardBy(c), []);
});

test('a watcher is told that a process was stopped', async () => {
  const { system, a, b } = await three();
  await tell(a, 'Watch', b);
  await system.settle();
  await b.stop('not needed');
  await system.settle();
  assert.equal(await heardBy(a), [['stopped', 'not needed', true]]);
});

test('who watches one that has ended already is told at once', async () => {
  const { system, a, b, c } = await three();
  await tell(b, 'Crash');
  await system.settle();
  await c.stop('gone');
  for (const about of [b, c, 'nobody known']) await tell(a, 'Watch', about);
  await system.settle();
  assert.equal(
    await heardBy(a),
    [
      ['failed', '0 restarts are spent: it crashed', true],
      ['stopped', 'gone', true],
      ['unknown', 'there is no process nobody known', true],
    ].map(([status, reason], at) => [status, reason, at === 2]),
  );
});

test('a watcher is not told of restarts, and goes on watching after them', async () => {
  const system = createSystem({ limits: { restarts: 1 } });
  const [a, b] = [await system.spawn(fragile), await system.spawn(fragile)];
  const crashOnce = async () => {
    await tell(b, 'Crash');
    await system.settle();
  };
  await tell(a, 'Watch', b);
  await system.settle();
  await crashOnce();
  assert.is(b.status.state, 'failed');
  await b.restart();
  await system.settle();
  assert.is(((await heardBy(a)) as Heard[]).length, 2);
});

test('who has stopped watching is told nothing', async () => {
  const { system, a, b } = await three();
  await tell(a, 'Watch', b);
  await tell(a, 'Unwatch', b);
  await system.settle();
  await b.stop();
  await system.settle();
  assert.equal(await heardBy(a), []);
});

test('a full mailbox keeps nobody from being told', async () => {
  const system = createSystem({ limits: { restarts: 0 }, mailbox: { messages: 2, overflow: 'reject' } });
  const [a, b] = [await system.spawn(fragile), await system.spawn(fragile)];
  await system.settle();
  await tell(a, 'Watch', b);
  await system.settle();
  await tell(a, 'nothing');
  await tell(a, 'nothing');
  await b.stop('gone');
  assert.is(a.status.mail, 3);
  await system.settle();
  assert.equal(await heardBy(a), [['stopped', 'gone', true]]);
});

test('processes that are linked fail together, in a row', async () => {
  const { system, a, b, c } = await three();
  await tell(a, 'Link', b);
  await tell(b, 'Link', c);
  await system.settle();
  await tell(a, 'Crash');
  await system.settle();
  assert.equal(
    [a, b, c].map(({ status }) => status.state),
    ['failed', 'failed', 'failed'],
  );
  const first = '0 restarts are spent: it crashed';
  const second = `linked with ${a.id}, which has failed: ${first}`;
  assert.equal(
    [a, b, c].map(({ status }) => status.reason),
    [first, second, `linked with ${b.id}, which has failed: ${second}`],
  );
});

test('a link does not carry that a process was stopped, and can be taken back', async () => {
  const { system, a, b, c } = await three();
  await tell(a, 'Link', b);
  await tell(a, 'Link', c);
  await tell(a, 'Unlink', c);
  await system.settle();
  await b.stop();
  await tell(c, 'Crash');
  await system.settle();
  assert.is(a.status.state, 'ready');
});

test('who links with one that has failed fails at once', async () => {
  const { system, a, b } = await three();
  await tell(b, 'Crash');
  await tell(a, 'Link', b);
  await system.settle();
  assert.is(a.status.state, 'failed');
});

test('a process ends itself after its turn, and its watchers are told', async () => {
  const { system, a, b } = await three();
  await tell(a, 'Watch', b);
  await system.settle();
  await tell(b, 'Exit', undefined, 'all done');
  await tell(b, 'never evaluated');
  await system.settle();
  assert.equal([b.status.state, b.status.reason, b.status.mail], ['stopped', 'all done', 1]);
  assert.equal(await heardBy(a), [['stopped', 'all done', true]]);
});

test('a permanent child that ends is started again, a transient one is not', async () => {
  const system = createSystem();
  const { processes } = await system.supervise({
    restarts: 1,
    children: [{ module: keeper }, { module: keeper, restart: 'transient' }],
  });
  for (const process of processes) await tell(process, 'Exit');
  await system.settle();
  assert.equal(
    processes.map(({ status }) => status.state),
    ['restarting', 'stopped'],
  );
  const { digest } = await replay(await system.record(), { modules: [keeper] });
  assert.is(digest, system.trace.digest);
});

test('who waits outside for the end of a process is told too', async () => {
  const { system, a, b } = await three();
  const ended = a.ended();
  await tell(a, 'Crash');
  await system.settle();
  assert.equal(await ended, { process: a.id, status: 'failed', reason: '0 restarts are spent: it crashed' });
  await b.stop('gone');
  assert.equal(await b.ended(), { process: b.id, status: 'stopped', reason: 'gone' });
});

test('who waits for an end that never comes is told when the system is closed', async () => {
  const { system, a } = await three();
  const ended = refusal(() => a.ended());
  await system.close();
  assert.is((await ended).code, 'system-closed');
  assert.is((await refusal(() => a.ended())).code, 'system-closed');
});

test('what the supervisor is not to be asked for comes back as mail that says why', async () => {
  const asker = behavior<number>(
    {
      init: () => 0,
      receive(asked, message, turn) {
        turn.send({ target: message.data, tags: { Action: 'Dance' } });
        turn.send({ target: message.data, tags: { Action: 'Watch' } });
        turn.watch(turn.self);
        turn.unlink('nobody');
        return asked + 1;
      },
    },
    { name: 'asker' },
  );
  const system = createSystem({ limits: { bonds: 1 } });
  const process = await system.spawn(asker);
  await process.send({ data: system.addresses.supervisor });
  await system.settle();
  assert.equal(
    (await system.outbound()).map(({ reason }) => reason),
    ['request-invalid', 'request-invalid', 'request-invalid', 'process-unknown'],
  );
});

test('one process watches only so many', async () => {
  const system = createSystem({ limits: { bonds: 1 } });
  const [a, b, c] = [await system.spawn(keeper), await system.spawn(keeper), await system.spawn(keeper)];
  await tell(a, 'Watch', b);
  await tell(a, 'Link', c);
  await system.settle();
  assert.equal(
    (await system.outbound()).map(({ reason }) => reason),
    ['bonds-over-limit'],
  );
});

test('nobody is told twice or never when a run ends between what happens and what follows', async () => {
  const cuts = await cutEverywhere([keeper], async (system) => {
    const all: ProcessHandle[] = [];
    for (let count = 0; count < 5; count++) all.push(await system.spawn(keeper));
    const [a, b, c, d, e] = all as [ProcessHandle, ProcessHandle, ProcessHandle, ProcessHandle, ProcessHandle];
    for (const watcher of [b, c, d]) await tell(watcher, 'Watch', a);
    await tell(e, 'Link', d);
    await tell(d, 'Link', 'nobody known');
    await tell(b, 'Watch', e);
    await tell(a, 'Exit', undefined, 'the end');
    await tell(c, 'Watch', d);
  });
  assert.ok(cuts > 15, `${cuts} cuts`);
});

test('a run in which processes watch each other can be done again', async () => {
  const { system, a, b, c } = await three();
  await tell(a, 'Watch', b);
  await tell(c, 'Link', b);
  await tell(a, 'Watch', c);
  await system.settle();
  await tell(b, 'Exit', undefined, 'done');
  await tell(a, 'Watch', 'nobody');
  await tell(c, 'Link', b);
  await system.settle();
  const { digest } = await replay(await system.record(), { modules: [keeper] });
  assert.is(digest, system.trace.digest);
});

test.run();
