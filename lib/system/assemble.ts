import type { Pool } from '../compute/pool/index.ts';
import type { Clock } from '../core/clock.ts';
import type { MailboxOptions } from '../process/mailbox.ts';
import type { PastMail, Process } from '../process/process.ts';
import type { Carrier } from '../route/sender.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { Log } from '../store/log/log.ts';
import type { Store } from '../store/store.ts';
import { Engine } from './engine.ts';
import { Executors } from './executors.ts';
import { Ledger } from './ledger.ts';
import { History } from './record/history.ts';
import { Recorder } from './recorder.ts';
import { TraceLog } from './trace.ts';
import type { Retention } from './trimming.ts';
import { Turns } from './turns.ts';

/** What an engine is given. */
export interface Given {
  readonly policy: Scheduler;
  readonly store: Store;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly retention?: Retention | undefined;
}

/** Puts the parts of a system together. */
export function assemble(carrier: Carrier, mailbox: MailboxOptions, given: Given): Engine {
  const { policy, store, clock, pool, retention } = given;
  const log = new Log(store);
  const past = (process: Process, fromSlot: number): Iterable<PastMail> => history.past(process, fromSlot);
  const ledger = new Ledger(carrier, mailbox, past);
  const history = new History(log, ledger);
  const trace = new TraceLog(log, carrier.limits.traceEvents);
  const turns = new Turns(policy, ledger);
  const outcome = history.outcome.bind(history);
  const flush = trace.flush.bind(trace);
  const executors = new Executors(ledger, { store, past, outcome, flush }, pool, trace);
  const recorder = new Recorder({ log, ledger, history, clock, trace, turns, executors });
  return new Engine({ ledger, store, log, history, recorder, turns, executors, trace, clock }, retention);
}
