import type { MetricsSnapshot } from './snapshot.ts';

/** A number, or a decimal number that may be larger than numbers are exact. */
export type Value = number | string;

/** A number that is exported: one, or one for each value of a label. */
export interface Metric {
  /** With dots; exporters make theirs of it. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly unit?: 'seconds';
  /** What is counted, for those who want to know. */
  readonly counted?: string;
  readonly read: (snapshot: MetricsSnapshot) => readonly Sample[];
}

/** A value, and which one of its metric it is. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: Value;
}

const one = (value: Value): readonly Sample[] => [{ labels: {}, value }];

const by = (label: string, values: Readonly<Record<string, Value>>): readonly Sample[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));

const byModule = <Key extends keyof MetricsSnapshot['modules'][string]>({ modules }: MetricsSnapshot, key: Key) =>
  Object.entries(modules).map(([module, counts]) => ({ labels: { module }, value: counts[key] }));

/**
 * Everything that is exported but the histograms. No label is a process: each value of a label is a series that a
 * monitoring system keeps, and processes come and go.
 */
export const catalogue: readonly Metric[] = [
  {
    name: 'processes',
    kind: 'gauge',
    counted: 'process',
    help: 'Processes by state.',
    read: ({ processes: { running, failed, stopped } }) => by('state', { running, failed, stopped }),
  },
  {
    name: 'module.processes',
    kind: 'gauge',
    counted: 'process',
    help: 'Processes that are not stopped, by module.',
    read: (snapshot) => byModule(snapshot, 'processes'),
  },
  {
    name: 'processes.spawned',
    kind: 'counter',
    counted: 'process',
    help: 'Processes spawned, by module.',
    read: (snapshot) => byModule(snapshot, 'spawned'),
  },
  {
    name: 'messages.assigned',
    kind: 'counter',
    counted: 'message',
    help: 'Messages that got a slot.',
    read: ({ messages }) => one(messages.assigned),
  },
  {
    name: 'messages.evaluated',
    kind: 'counter',
    counted: 'message',
    help: 'Turns taken, by module.',
    read: (snapshot) => byModule(snapshot, 'evaluated'),
  },
  {
    name: 'messages.waited',
    kind: 'counter',
    counted: 'message',
    help: 'Messages that found a full mailbox and waited for a slot.',
    read: ({ messages }) => one(messages.waited),
  },
  {
    name: 'messages.outbound',
    kind: 'counter',
    counted: 'message',
    help: 'Outbox entries for nobody in the system, by reason. All but "leaves" are dead letters.',
    read: ({ messages }) => by('reason', messages.outbound),
  },
  {
    name: 'messages.refused',
    kind: 'counter',
    counted: 'message',
    help: 'Messages and spawns from outside that were not let in, by code.',
    read: ({ messages }) => by('code', messages.refused),
  },
  {
    name: 'turn.errors',
    kind: 'counter',
    counted: 'turn',
    help: 'Turns that ended with an error, faults among them, by module.',
    read: (snapshot) => byModule(snapshot, 'errors'),
  },
  {
    name: 'turn.faults',
    kind: 'counter',
    counted: 'turn',
    help: 'Turns that broke the module, by code.',
    read: ({ turns }) => by('code', turns.faults),
  },
  {
    name: 'gas.used',
    kind: 'counter',
    counted: 'gas',
    help: 'Gas that turns used, by module.',
    read: (snapshot) => byModule(snapshot, 'gasUsed'),
  },
  {
    name: 'timers.set',
    kind: 'counter',
    counted: 'timer',
    help: 'Timers set.',
    read: ({ timers }) => one(timers.set),
  },
  {
    name: 'timers.fired',
    kind: 'counter',
    counted: 'timer',
    help: 'Timers fired.',
    read: ({ timers }) => one(timers.fired),
  },
  {
    name: 'timers.pending',
    kind: 'gauge',
    counted: 'timer',
    help: 'Timers that are set and have not fired.',
    read: ({ timers }) => one(timers.pending),
  },
  {
    name: 'process.crashes',
    kind: 'counter',
    counted: 'crash',
    help: 'Crashes of executors.',
    read: ({ supervision }) => one(supervision.crashes),
  },
  {
    name: 'process.restarts',
    kind: 'counter',
    counted: 'restart',
    help: 'Executors that were up again after a crash or a restart by the user.',
    read: ({ supervision }) => one(supervision.restarts),
  },
  {
    name: 'process.give_ups',
    kind: 'counter',
    counted: 'process',
    help: 'Processes that failed because their restart budget was spent.',
    read: ({ supervision }) => one(supervision.giveUps),
  },
  {
    name: 'process.hibernations',
    kind: 'counter',
    counted: 'process',
    help: 'Processes that were put away to a checkpoint.',
    read: ({ supervision }) => one(supervision.hibernations),
  },
  {
    name: 'process.wakes',
    kind: 'counter',
    counted: 'process',
    help: 'Processes that were brought up from hibernation.',
    read: ({ supervision }) => one(supervision.wakes),
  },
  {
    name: 'mailbox.messages',
    kind: 'gauge',
    counted: 'message',
    help: 'Messages with a slot that are not evaluated.',
    read: ({ mail }) => one(mail.unevaluated),
  },
  {
    name: 'mailbox.messages.largest',
    kind: 'gauge',
    counted: 'message',
    help: 'Unevaluated messages in the fullest mailbox.',
    read: ({ mail }) => one(mail.largest),
  },
  {
    name: 'mailbox.messages.waiting',
    kind: 'gauge',
    counted: 'message',
    help: 'Messages that wait for a slot.',
    read: ({ mail }) => one(mail.waiting),
  },
  {
    name: 'mailbox.oldest',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Virtual time for which the oldest unevaluated message has had its slot.',
    read: ({ mail }) => one(mail.oldestMs / 1_000),
  },
];
