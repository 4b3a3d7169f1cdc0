// Which data a process may read, by the rules of AO: its tags and its module's, and who has signed what up to which block.

import { attestation, availability, fromGateway, gateway, signItem, verifyItem, weaveDrive } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses } from '../refuses.ts';
import { attestor, Readers, scheduler, served, someId, standard, stranger } from './weave.ts';

const halted = /^HALT: FILE NOT FOUND/;
const { weave, source, ...server } = await served();
const readers = new Readers(source);

test('Assignments: what the scheduler attests', async () => {
  const id = await weave.put('attested');
  const other = await weave.put('not attested');
  await weave.attest(id);
  const reader = await readers.spawn();
  assert.is(await reader.read(`/data/${id}`), 'attested');
  const { error, fault, messages } = await reader.evaluate(`Count = 1 return io.open('/data/${other}')`);
  assert.match(String(error), halted);
  assert.is(fault, 'drive-file-missing');
  assert.equal(messages, []);
  assert.is(await reader.says('return tostring(Count)'), 'nil');
  // The word of one mode is not that of another.
  const available = await weave.put('available');
  await weave.makeAvailable(available);
  assert.match(await reader.read(`/data/${available}`), halted);
});

test('Individual: what is attested, or made available', async () => {
  const attested = await weave.put('attested');
  const available = await weave.put('available');
  const neither = await weave.put('neither');
  await weave.attest(attested);
  await weave.makeAvailable(available);
  const reader = await readers.spawn({ ...standard, 'Availability-Type': 'Individual' });
  assert.is(await reader.read(`/data/${attested}`), 'attested');
  assert.is(await reader.read(`/data/${available}`), 'available');
  assert.match(await reader.read(`/data/${neither}`), halted);
});

test('Library: what is attested, and else AO ends the turn', async () => {
  const attested = await weave.put('attested');
  const available = await weave.put('available');
  await weave.attest(attested);
  await weave.makeAvailable(available);
  const reader = await readers.spawn({ ...standard, 'Availability-Type': 'Library' });
  assert.is(await reader.read(`/data/${attested}`), 'attested');
  const { error, fault } = await reader.evaluate(`return io.open('/data/${available}')`);
  assert.is(fault, 'drive-mode-unsupported');
  assert.match(String(error), /^This WeaveDrive implementation does not support Library attestations yet!/);
});

test('another mode ends the turn', async () => {
  const id = await weave.put('attested');
  await weave.attest(id);
  const reader = await readers.spawn({ ...standard, 'Availability-Type': 'Everything' });
  assert.match(await reader.read(`/data/${id}`), /^Unsupported WeaveDrive mode: Everything/);
});

test('the extension is needed, on the process or on the module', async () => {
  const id = await weave.put('attested');
  await weave.attest(id);
  const without = { Scheduler: scheduler.address };
  assert.match(await (await readers.spawn(without)).read(`/data/${id}`), halted);
  assert.match(await (await readers.spawn({ ...without, Extension: 'Others' })).read(`/data/${id}`), halted);
  assert.is(
    await (await readers.spawn({ ...without, Extension: ['WeaveDrive', 'x'] })).read(`/data/${id}`),
    'attested',
  );
  const tags = { ...Object.fromEntries(readers.module.tags.map(({ name, value }) => [name, value])) };
  await using extended = new Readers(source, {
    tags: { ...tags, Extension: 'WeaveDrive', 'Availability-Type': 'Individual' },
  });
  const available = await weave.put('available');
  await weave.makeAvailable(available);
  const reader = await extended.spawn(without);
  assert.is(await reader.read(`/data/${id}`), 'attested');
  assert.is(await reader.read(`/data/${available}`), 'available');
  // The process's own tag comes before the module's.
  const assigned = await extended.spawn({ ...without, 'Availability-Type': 'Assignments' });
  assert.match(await assigned.read(`/data/${available}`), halted);
});

test('attestors count as the scheduler does, nobody else, and of several schedulers the last', async () => {
  const id = await weave.put('attested');
  await weave.attest(id, { by: attestor });
  assert.match(await (await readers.spawn()).read(`/data/${id}`), halted);
  const attestors = [stranger.address, attestor.address];
  assert.is(await (await readers.spawn({ ...standard, Attestor: attestors })).read(`/data/${id}`), 'attested');
  const both = [attestor.address, scheduler.address];
  assert.match(await (await readers.spawn({ ...standard, Scheduler: both })).read(`/data/${id}`), halted);
  assert.is(await (await readers.spawn({ ...standard, Scheduler: both.toReversed() })).read(`/data/${id}`), 'attested');
  // Without anybody, everybody's word would count.
  assert.match(await (await readers.spawn({ Extension: 'WeaveDrive', Scheduler: '' })).read(`/data/${id}`), halted);
});

test('of repeated modes the last counts', async () => {
  const id = await weave.put('available');
  await weave.makeAvailable(id);
  const modes = ['Assignments', 'Individual'];
  assert.is(await (await readers.spawn({ ...standard, 'Availability-Type': modes })).read(`/data/${id}`), 'available');
  const reversed = { ...standard, 'Availability-Type': modes.toReversed() };
  assert.match(await (await readers.spawn(reversed)).read(`/data/${id}`), halted);
});

test('an attestation counts from its block on', async () => {
  const id = await weave.put('attested');
  const { blockHeight } = readers.system.now;
  await weave.attest(id, { height: blockHeight + 1 });
  const reader = await readers.spawn();
  assert.match(await reader.read(`/data/${id}`), halted);
  await readers.system.advance(300_000);
  assert.ok(readers.system.now.blockHeight > blockHeight);
  assert.is(await reader.read(`/data/${id}`), 'attested');
});

test('what a process boots from it may always read', async () => {
  const id = await weave.put(`Booted = 'yes'`);
  const reader = await readers.spawn({ 'On-Boot': id });
  assert.is(await reader.says('return Booted'), 'yes');
  assert.is(await reader.read(`/data/${id}`), `Booted = 'yes'`);
});

test('with the mode test, everything', async () => {
  await using open = new Readers(source, { drive: { mode: 'test' } });
  const reader = await open.spawn({});
  const id = await weave.put('anything');
  assert.is(await reader.read(`/data/${id}`), 'anything');
  assert.match(await reader.read(`/data/${someId()}`), halted);
});

test('what is attested and nowhere, and what is no id, ends the turn as in AO', async () => {
  const id = someId();
  await weave.attest(id);
  const reader = await readers.spawn();
  const before = server.requests.length;
  for (const path of [
    '/data/',
    '/data',
    '/data/none',
    '/data/..',
    `/data/${'A'.repeat(42)}B`,
    '/block/x',
    '/block/-1',
    '/block/01',
    '/tx/',
  ]) {
    assert.match(await reader.read(path), halted, path);
  }
  assert.is(server.requests.length, before);
  assert.match(await reader.read(`/data/${id}`), halted);
  for (const path of ['/x', 'data/x', '/', '/datax/y', '/tmp/x', '/headers/1']) {
    assert.match(await reader.read(path), /^not opened/, path);
  }
});

test('what is no source is refused before a process reads it', async () => {
  const none = (make: () => unknown) => refuses((async () => make())(), 'option-invalid');
  const arweave = gateway({ urls: ['http://gateway.test'] });
  for (const wrong of [undefined, {}, arweave, 'https://arweave.net']) {
    await none(() => weaveDrive(wrong as never));
    if (wrong !== arweave) await none(() => fromGateway(wrong as never));
  }
});

test('attestations are made to be signed', async () => {
  const id = someId();
  const [attested, available] = [
    await signItem(attestation(id), scheduler),
    await signItem(availability(id), scheduler),
  ];
  await verifyItem(attested);
  assert.equal(Object.fromEntries(attested.tags.map(({ name, value }) => [name, value])), {
    'Data-Protocol': 'ao',
    Type: 'Attestation',
    Message: id,
  });
  assert.equal(Object.fromEntries(available.tags.map(({ name, value }) => [name, value])), {
    'Data-Protocol': 'WeaveDrive',
    Type: 'Available',
    ID: id,
  });
  for (const make of [attestation, availability]) {
    await refuses((async () => make('no id'))(), 'id-invalid');
  }
});

test.after(async () => {
  await readers[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test.run();
