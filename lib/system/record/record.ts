import type { Moment } from '../../core/clock.ts';
import { HeddleError, reasonOf } from '../../core/error.ts';
import type { StatusChange } from '../../core/status-change.ts';
import type { Naming } from '../../process/directory.ts';
import type { Process } from '../../process/process.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { Log } from '../../store/log/log.ts';
import type { AdoptedItem } from '../adopted-item.ts';
import type { InboundItem, InboundMessage } from '../inbound-message.ts';
import type { Ledger } from '../ledger.ts';
import type { Notice } from '../notice.ts';
import { type Followed, readAdopted, readFollowed } from './adoption.ts';
import type { History, LoggedTurn } from './history.ts';
import { readItem, readMessage } from './inbound.ts';
import { kinds, logVersions, statuses } from './kinds.ts';
import { readNaming } from './naming.ts';
import { readNotice } from './notice.ts';
import { type Address, readAddress } from './released.ts';
import { type Ruling, readRuling } from './ruling.ts';
import { readMoment } from './turn.ts';

/** One step of a run: what came from outside, or a turn with what became of its outbox. */
export type LogRecord =
  | { readonly kind: 'begin' }
  | { readonly kind: 'moment'; readonly moment: Moment }
  | { readonly kind: 'spawn'; readonly item: InboundItem }
  | { readonly kind: 'message'; readonly message: InboundMessage; readonly ruling: Ruling }
  | ({ readonly kind: 'turn' } & LoggedTurn)
  | { readonly kind: 'timer'; readonly ruling: Ruling; readonly mail: Address }
  | {
      readonly kind: 'status';
      readonly process: Process;
      readonly status: StatusChange['status'];
      readonly reason: string;
      /** The mail that waited for a process that was stopped. */
      readonly unsent: readonly Address[];
    }
  | { readonly kind: 'notice'; readonly notice: Notice; readonly ruling: Ruling }
  | { readonly kind: 'naming'; readonly naming: Naming }
  | { readonly kind: 'admission'; readonly process: Process; readonly count: number }
  | { readonly kind: 'adopted'; readonly item: AdoptedItem }
  | ({ readonly kind: 'followed' } & Followed)
  | { readonly kind: 'takenOver'; readonly process: Process };

/** Reads the record at `position`. */
export function readRecord(reader: ByteReader, position: number, history: History, ledger: Ledger): LogRecord {
  try {
    return read(reader, position, history, ledger);
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    const what = `the log cannot be read at ${position}: ${reasonOf(cause)}`;
    throw new HeddleError('recording-invalid', what, { position }, { cause });
  }
}

function read(reader: ByteReader, position: number, history: History, ledger: Ledger): LogRecord {
  const kind = reader.byte();
  switch (kind) {
    case kinds.begin: {
      const version = reader.byte();
      const { unsigned, signed } = logVersions;
      if (version !== unsigned && version !== signed) {
        const what = `the log is of version ${version}, not ${unsigned} or ${signed}`;
        throw new HeddleError('recording-invalid', what, { version });
      }
      ledger.checkOrigin(reader.text(), version === signed ? reader.text() : '');
      return { kind: 'begin' };
    }
    case kinds.moment:
      return { kind: 'moment', moment: readMoment(reader) };
    case kinds.spawn:
      return { kind: 'spawn', item: readItem(reader, position, ledger) };
    case kinds.message:
      return { kind: 'message', message: readMessage(reader, position, ledger), ruling: readRuling(reader) };
    case kinds.turn:
    case kinds.failedTurn:
      return { kind: 'turn', ...history.turn(reader, position) };
    case kinds.timer:
      return { kind: 'timer', mail: readAddress(reader, position), ruling: readRuling(reader) };
    case kinds.status: {
      const process = ledger.at(reader.number());
      const status = statuses[reader.byte()] ?? 'running';
      const reason = reader.text();
      const unsent = Array.from({ length: reader.number() }, () => readAddress(reader, position));
      return { kind: 'status', process, status, reason, unsent };
    }
    case kinds.notice:
      return { kind: 'notice', notice: readNotice(reader, position, ledger), ruling: readRuling(reader) };
    case kinds.naming:
      return { kind: 'naming', naming: readNaming(reader, ledger) };
    case kinds.admission:
      return { kind: 'admission', process: ledger.at(reader.number()), count: reader.number() };
    case kinds.adopted:
      return { kind: 'adopted', item: readAdopted(reader, position, ledger) };
    case kinds.followed:
      return { kind: 'followed', ...readFollowed(reader, position, ledger) };
    case kinds.takenOver:
      return { kind: 'takenOver', process: ledger.at(reader.number()) };
    default:
      throw new HeddleError('recording-invalid', `a log has a record of kind ${kind} at ${position}`, { position });
  }
}

/** The records from a position on, with their own positions. */
export function* readRecords(
  log: Log,
  from: number,
  history: History,
  ledger: Ledger,
): Generator<readonly [LogRecord, number]> {
  for (let position = from; position < log.end; ) {
    const reader = log.at(position);
    const start = reader.at;
    const record = readRecord(reader, position, history, ledger);
    yield [record, position];
    position += reader.at - start;
  }
}

export function writeAddress({ writer }: Log, at: number, { position, index }: Address): void {
  writer.number(at - position);
  writer.number(index);
}
