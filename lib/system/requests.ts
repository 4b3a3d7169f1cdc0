import type { ErrorCode } from '../core/error-codes.ts';
import type { LazyMessage } from '../core/message.ts';
import { type Ending, linked } from '../process/consequences.ts';
import type { Process } from '../process/process.ts';
import type { Ledger } from './ledger.ts';

/**
 * Does what a process asks of the system by a message to the supervisor's address, by its `Action`: `Watch` and `Unwatch`,
 * `Link` and `Unlink` the process in the tag `Process`; `Register` and `Unregister` the `Name`; `Join` and `Leave` the
 * `Group`; `Exit`. Says why not, if not.
 */
export function request(by: Process, message: LazyMessage, ledger: Ledger): ErrorCode | undefined {
  const action = message.tag('Action');
  switch (action) {
    case 'Watch':
    case 'Unwatch':
    case 'Link':
    case 'Unlink':
      return bond(action, by, message, ledger);
    case 'Register':
      return name(message.tag('Name'), (given) => rename(ledger, { change: 'registered', name: given, process: by }));
    case 'Unregister':
      return name(message.tag('Name'), (given) =>
        // A name is nobody's business but the one's who has it.
        ledger.directory.registered(given) === by
          ? rename(ledger, { change: 'unregistered', name: given })
          : 'name-unknown',
      );
    case 'Join':
      return name(message.tag('Group'), (given) => rename(ledger, { change: 'joined', name: given, process: by }));
    case 'Leave':
      return name(message.tag('Group'), (given) => rename(ledger, { change: 'left', name: given, process: by }));
    case 'Exit':
      ledger.consequences.push({ kind: 'exit', process: by, reason: message.data.trim() || 'it has ended' });
      return undefined;
    default:
      return 'request-invalid';
  }
}

type Bond = 'Watch' | 'Unwatch' | 'Link' | 'Unlink';

function bond(action: Bond, by: Process, message: LazyMessage, ledger: Ledger): ErrorCode | undefined {
  const id = message.tag('Process');
  if (id === undefined || id === by.id) return 'request-invalid';
  const { bonds, limits } = ledger;
  const process = ledger.find(id);
  const ended = endingOf(process);
  if (action === 'Unwatch' || action === 'Unlink') {
    if (!process) return 'process-unknown';
    if (action === 'Unwatch') bonds.unwatch(by, process);
    else bonds.unlink(by, process);
    return undefined;
  }
  if (bonds.count(by) >= limits.bonds) return 'bonds-over-limit';
  const reason = process?.reason ?? `there is no process ${id}`;
  if (action === 'Watch') {
    const reference = message.tag('Reference') ?? '';
    // One that has failed may be started again, and fail again.
    if (process && ended !== 'stopped') bonds.watch(by, process, reference);
    if (ended) ledger.consequences.push({ kind: 'down', to: by, process: id, status: ended, reason, reference });
    return undefined;
  }
  if (process && !ended) bonds.link(by, process);
  else ledger.consequences.push({ kind: 'failure', process: by, reason: linked(id, reason) });
  return undefined;
}

const endingOf = (process: Process | undefined): Ending | undefined =>
  process ? (process.running ? undefined : process.state === 'failed' ? 'failed' : 'stopped') : 'unknown';

function rename(ledger: Ledger, naming: Parameters<Ledger['directory']['apply']>[0]): ErrorCode | undefined {
  const refusal = ledger.directory.refusal(naming);
  if (!refusal) ledger.directory.apply(naming);
  return refusal;
}

const name = (given: string | undefined, use: (given: string) => ErrorCode | undefined): ErrorCode | undefined =>
  given === undefined ? 'request-invalid' : use(given);
