import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { DriveFile, DrivePath } from '../drive.ts';
import type { Environment } from '../executor.ts';
import { TurnDrive } from '../wasm/index.ts';
import { errorOf } from './failure.ts';
import type { DriveAnswers, DriveQuestion, NumberedReply } from './request.ts';

/** How a thread asks another one, and waits. */
export interface Questions {
  /** Has a question answered by `answers`, under the number that it returns. */
  ask(question: DriveQuestion): number;
  readonly answers: MessagePort;
  /** Counted up with each answer. */
  readonly answered: Int32Array;
}

/** A drive in another thread than the guest's, which waits for the answers in the middle of its call. */
export class BlockingDrive extends TurnDrive {
  readonly #questions: Questions;
  readonly #executor: number;
  /** What was read last, and more than was asked for. */
  #last: { readonly key: string; readonly position: number; readonly bytes: Uint8Array } | undefined;

  constructor(questions: Questions, executor: number, environment: Pick<Environment, 'limits'>) {
    super(environment);
    this.#questions = questions;
    this.#executor = executor;
  }

  open(path: DrivePath): DriveFile {
    this.used = true;
    return this.#answer<'open'>({ drive: 'open', executor: this.#executor, path, moment: this.moment });
  }

  protected fill(file: DriveFile, position: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const at = position + done;
      const { bytes, position: from } = this.#piece(file, at, into.length - done);
      const part = bytes.subarray(at - from, at - from + into.length - done);
      into.set(part, done);
      done += part.length;
    }
  }

  /** A piece of a file that holds the byte at `position`, and others after it. */
  #piece(file: DriveFile, position: number, wanted: number): { position: number; bytes: Uint8Array } {
    const last = this.#last;
    if (last && last.key === file.key && position >= last.position && position < last.position + last.bytes.length) {
      return last;
    }
    const length = Math.min(Math.max(wanted, leastBytes), mostBytes, file.sizeBytes - position);
    const bytes = this.#answer<'read'>({ drive: 'read', executor: this.#executor, file, position, length });
    this.#last = { key: file.key, position, bytes };
    return this.#last;
  }

  #answer<K extends DriveQuestion['drive']>(question: Extract<DriveQuestion, { drive: K }>): DriveAnswers[K] {
    const { answers, answered } = this.#questions;
    this.waited = true;
    const number = this.#questions.ask(question);
    for (;;) {
      const seen = Atomics.load(answered, 0);
      const received = receiveMessageOnPort(answers);
      if (!received) {
        Atomics.wait(answered, 0, seen);
        continue;
      }
      const reply = received.message as NumberedReply;
      if (reply.number !== number) continue;
      if ('failure' in reply) throw errorOf(reply.failure);
      // It is the answer to that question.
      return reply.answer as DriveAnswers[K];
    }
  }
}

/** Programs read files in small pieces one after the other, and each question has its cost. */
const leastBytes = 65_536;
const mostBytes = 1_048_576;
