import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LazyMessage, lazy } from '../../lib/core/message.ts';
import { Mail, type Recipient } from '../../lib/process/mail.ts';
import { Mailbox } from '../../lib/process/mailbox.ts';
import { unsigned } from '../fixtures/system/messages.ts';

const message: LazyMessage = { ...unsigned(), [lazy]: true, tag: () => undefined, bytes: 0 };
const recipient: Recipient = { id: message.id, chained: () => ({ id: message.id, hashChain: message.id }) };

/** Mail that is told from other mail by its number. */
const mailOf = (number: number): Mail => new Mail(recipient, message, number, 0);

interface Model {
  assigned: Mail[];
  waiting: Mail[];
  /** What was taken out for a turn. */
  taken: Mail[];
  made: number;
}

abstract class Step implements fc.Command<Model, Mailbox> {
  check(_: Readonly<Model>): boolean {
    return true;
  }
  abstract run(model: Model, mailbox: Mailbox): void;
  toString(): string {
    return this.constructor.name;
  }
}

class Push extends Step {
  run(model: Model, mailbox: Mailbox): void {
    const mail = mailOf(model.made++);
    model.assigned.push(mail);
    mailbox.push(mail);
  }
}

class Shift extends Step {
  run(model: Model, mailbox: Mailbox): void {
    const mail = model.assigned.shift();
    assert.is(mailbox.shift(), mail);
    if (mail) model.taken.push(mail);
  }
}

class Wait extends Step {
  run(model: Model, mailbox: Mailbox): void {
    const mail = mailOf(model.made++);
    model.waiting.push(mail);
    mailbox.wait(mail);
  }
}

/** As a process does when there is room again. */
class Admit extends Step {
  run(model: Model, mailbox: Mailbox): void {
    const mail = model.waiting.shift();
    assert.is(mailbox.admit(), mail);
    if (!mail) return;
    model.assigned.push(mail);
    mailbox.push(mail);
  }
}

class ClearWaiting extends Step {
  override check({ waiting }: Readonly<Model>): boolean {
    // Seldom, so that there is much that waits.
    return waiting.length > 6;
  }
  run(model: Model, mailbox: Mailbox): void {
    model.waiting = [];
    mailbox.clearWaiting();
  }
}

class Look extends Step {
  run({ assigned, waiting, taken }: Model, mailbox: Mailbox): void {
    assert.is(mailbox.length, assigned.length);
    assert.is(mailbox.waitingLength, waiting.length);
    assert.is(mailbox.first, assigned[0]);
    assert.is(mailbox.last, assigned.at(-1));
    checkSame([...mailbox], assigned);
    checkSame([...mailbox.waiting], waiting);
    for (let before = 0; before <= assigned.length + 1; before++) {
      assert.is(mailbox.behind(before), assigned[before], `behind ${before} of ${assigned.length}`);
    }
    for (const mail of [...taken, ...waiting]) assert.is(mail.next, undefined, `${mail.position} holds on to others`);
  }
}

function checkSame(mails: readonly Mail[], expected: readonly Mail[]): void {
  assert.equal(
    mails.map(({ position }) => position),
    expected.map(({ position }) => position),
  );
}

test('a mailbox answers as two lists do, of what has a slot and of what waits for one', () => {
  const steps = [
    new Push(),
    new Push(),
    new Shift(),
    new Wait(),
    new Wait(),
    new Admit(),
    new ClearWaiting(),
    new Look(),
  ];
  fc.assert(
    fc.property(fc.commands(steps.map(fc.constant<Step>), { maxCommands: 200, size: 'max' }), (commands) => {
      const model: Model = { assigned: [], waiting: [], taken: [], made: 0 };
      fc.modelRun(() => ({ model, real: new Mailbox() }), [...commands, new Look()]);
    }),
    { numRuns: 300 },
  );
});

test('a new mailbox has nothing', () => {
  const mailbox = new Mailbox();
  assert.equal([mailbox.length, mailbox.waitingLength], [0, 0]);
  assert.equal([mailbox.first, mailbox.last, mailbox.behind(0)], [undefined, undefined, undefined]);
  assert.equal([mailbox.shift(), mailbox.admit()], [undefined, undefined]);
  assert.equal([[...mailbox], [...mailbox.waiting]], [[], []]);
  mailbox.clearWaiting();
  assert.is(mailbox.waitingLength, 0);
});

test('a mailbox that was emptied is filled again', () => {
  const mailbox = new Mailbox();
  for (let round = 0; round < 3; round++) {
    const mails = [mailOf(round), mailOf(10 + round)];
    for (const mail of mails) mailbox.push(mail);
    checkSame([...mailbox], mails);
    for (const mail of mails) assert.is(mailbox.shift(), mail);
    assert.equal([mailbox.length, mailbox.first, mailbox.last], [0, undefined, undefined]);
  }
});

test('whoever goes through a mailbox may take out what it has got', () => {
  const mailbox = new Mailbox();
  const mails = [mailOf(0), mailOf(1), mailOf(2)];
  for (const mail of mails) mailbox.push(mail);
  const [first] = mailbox;
  assert.is(first, mails[0]);
  assert.is(mailbox.shift(), first);
  checkSame([...mailbox], mails.slice(1));
});

test.run();
