import type { MessageChannel, MessagePort } from 'node:worker_threads';
import { type Awaitable, isPending } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import type { Drive } from '../drive.ts';
import type { Environment } from '../executor.ts';
import { turnOf } from '../wasm/index.ts';
import { failureOf } from './failure.ts';
import type { DriveAnswers, DriveQuestion, NumberedQuestion, NumberedReply, Reply } from './request.ts';

/** Answers what the executors of a thread ask of their drives. The thread waits for it, doing nothing else. */
export class DriveAnswerer {
  readonly #port: MessagePort;
  readonly #answered: Int32Array;
  readonly #drives = new Map<number, { readonly drive: Drive; readonly environment: Environment }>();

  /** Answers by `port`, after which `answered` is counted up. */
  constructor(port: MessageChannel['port1'], answered: Int32Array) {
    this.#port = port;
    this.#answered = answered;
  }

  /** Has an executor ask `drive`. */
  add(executor: number, drive: Drive, environment: Environment): void {
    this.#drives.set(executor, { drive, environment });
  }

  remove(executor: number): void {
    this.#drives.delete(executor);
  }

  async answer(question: NumberedQuestion): Promise<void> {
    let reply: Reply;
    try {
      reply = { answer: await this.#answerTo(question) };
    } catch (thrown) {
      reply = { failure: failureOf(thrown) };
    }
    const bytes = 'answer' in reply && reply.answer instanceof Uint8Array ? [reply.answer.buffer] : [];
    const numbered: NumberedReply = { ...reply, number: question.number };
    // They are the answerer's own.
    this.#port.postMessage(numbered, bytes as ArrayBuffer[]);
    Atomics.add(this.#answered, 0, 1);
    Atomics.notify(this.#answered, 0);
  }

  #answerTo(question: DriveQuestion): Awaitable<DriveAnswers[DriveQuestion['drive']]> {
    const asked = this.#drives.get(question.executor);
    if (!asked) throw new HeddleError('drive-unavailable', `The executor ${question.executor} has no drive`);
    const { drive, environment } = asked;
    if (question.drive === 'open') return drive.open(question.path, turnOf(environment, question.moment));
    return readFrom(drive, question, environment.limits.driveMisses);
  }
}

type Reading = Extract<DriveQuestion, { drive: 'read' }>;

async function readFrom(drive: Drive, { file, position, length }: Reading, mostMisses: number) {
  const bytes = new Uint8Array(length);
  for (let misses = 0; misses <= mostMisses; misses++) {
    const read = drive.read(file, position, bytes);
    if (!isPending(read)) return bytes;
    await read;
  }
  const what = `${length} bytes of ${file.key} were fetched ${mostMisses} times and never there`;
  throw new HeddleError('drive-unavailable', what, { key: file.key, limit: mostMisses });
}
