import { MessageChannel, Worker } from 'node:worker_threads';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { Queue } from '../../core/queue.ts';
import type { Checkpoint, Environment, Identity } from '../executor.ts';
import type { CompiledModule } from '../wasm/index.ts';
import { DriveAnswerer } from './drive-answers.node.ts';
import { errorOf } from './failure.ts';
import { type Asked, RemoteExecutor } from './remote-executor.ts';
import type { Answers, NumberedQuestion, PlainEnvironment, Reply, Request } from './request.ts';
import type { WorkerStart } from './worker-start.node.ts';

interface Task {
  readonly request: Request;
  // Each reply is of the kind that its request asks for.
  resolve(answer: never): void;
  reject(error: unknown): void;
}

/** Requests that a worker has at a time: enough that it never waits for more. */
const mostPosted = 32;
/** The longest that a timer of Node waits; a longer one would not wait at all. */
const longestMs = 2 ** 31 - 1;
/** Requests of one executor in a row, while others wait. */
const mostInRow = 16;

/**
 * A worker thread and what it has been asked and not answered yet. What one executor was asked goes to it in a row, since
 * changing from one to another costs more than a short turn: its memory has to come into the cache.
 *
 * It keeps the program alive only while it owes an answer. If it ends, or was busy with one request for longer than `workerMs`, that request fails with `worker-failed`,
 * and all others, which can be asked of another thread, with `worker-ended`; with `worker-unavailable` if it never began.
 */
export class Thread implements Asked {
  /** How many executors it holds. */
  executors = 0;
  readonly #worker: Worker;
  readonly #workerMs: number;
  readonly #drives: DriveAnswerer;
  readonly #begun = new Int32Array(new SharedArrayBuffer(4));
  /** What is not posted yet, by executor, those asked first in front. */
  readonly #waiting = new Map<number, Queue<Task>>();
  readonly #posted = new Queue<Task>();
  /** The modules that were posted to it, by their numbers. */
  readonly #modules = new Map<CompiledModule, number>();
  #posting = false;
  #started = 0;
  #answered = 0;
  #ended: string | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(workerMs: number) {
    this.#workerMs = workerMs;
    const { port1, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    this.#drives = new DriveAnswerer(port1, answered);
    const start: WorkerStart = { begun: this.#begun, answered, answers: port2 };
    // A compiled worker needs none of what this thread loads its files with.
    const compiled = workerFile.pathname.endsWith('.js');
    this.#worker = new Worker(workerFile, {
      workerData: start,
      transferList: [port2],
      ...(compiled && { execArgv: [] }),
    });
    this.#worker.unref();
    this.#worker.on('message', (sent: readonly Reply[] | NumberedQuestion) => {
      if ('drive' in sent) void this.#drives.answer(sent);
      else this.#take(sent);
    });
    this.#worker.on('error', (error) => this.#end(reasonOf(error)));
    this.#worker.on('exit', (code) => this.#end(`it exited with ${code}`));
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  async start(compiled: CompiledModule, environment: Environment, from?: Checkpoint): Promise<RemoteExecutor> {
    const known = this.#modules.get(compiled);
    const module = known ?? this.#modules.size;
    this.#modules.set(compiled, module);
    const executor = this.#started++;
    this.executors++;
    const { drive, ...posted } = compiled;
    if (drive) this.#drives.add(executor, drive, environment);
    try {
      const residence = await this.ask({
        ask: 'start',
        executor,
        module,
        environment: plainEnvironment(environment),
        hasDrive: drive !== undefined,
        from,
        ...(known === undefined && { compiled: posted }),
      });
      return new RemoteExecutor(this, executor, residence);
    } catch (error) {
      this.left(executor);
      throw error;
    }
  }

  /** Asks for something. What is asked for in one go is posted together. */
  ask<R extends Request>(request: R): Promise<Answers[R['ask']]> {
    if (this.#ended !== undefined) return Promise.reject(ended(this.#ended));
    return new Promise((resolve, reject) => {
      const tasks = this.#waiting.get(request.executor) ?? new Queue();
      tasks.push({ request, resolve, reject });
      this.#waiting.set(request.executor, tasks);
      if (this.#posting) return;
      this.#posting = true;
      process.nextTick(() => this.#post());
    });
  }

  left(executor: number): void {
    this.#drives.remove(executor);
    this.executors--;
  }

  async terminate(reason: string): Promise<void> {
    this.#end(reason);
    await this.#worker.terminate();
  }

  #post(): void {
    this.#posting = false;
    if (this.#ended !== undefined) return;
    const isResting = this.#posted.length === 0;
    const requests: Request[] = [];
    for (const [executor, tasks] of this.#waiting) {
      if (this.#posted.length >= mostPosted) break;
      this.#waiting.delete(executor);
      for (let inRow = 0; inRow < mostInRow; inRow++) {
        const task = tasks.shift();
        if (!task) break;
        requests.push(task.request);
        this.#posted.push(task);
      }
      // The rest comes behind the others.
      if (tasks.length > 0) this.#waiting.set(executor, tasks);
    }
    if (requests.length === 0) return;
    this.#worker.postMessage(requests);
    if (isResting) this.#wake();
  }

  #take(replies: readonly Reply[]): void {
    this.#answered += replies.length;
    for (const reply of replies) {
      const task = this.#posted.shift();
      // Replies come in the order of their requests.
      if ('failure' in reply) task?.reject(errorOf(reply.failure));
      else task?.resolve(reply.answer as never);
    }
    if (this.#posted.length <= mostPosted / 2) this.#post();
    if (this.#posted.length === 0) this.#rest();
  }

  #wake(): void {
    this.#worker.ref();
    clearInterval(this.#watch);
    if (!Number.isFinite(this.#workerMs)) return;
    let seen = -1;
    this.#watch = setInterval(
      () => {
        const begun = Atomics.load(this.#begun, 0);
        if (begun === seen) void this.terminate(`it was busy with one request for more than ${this.#workerMs} ms`);
        seen = begun;
      },
      Math.min(this.#workerMs, longestMs),
    );
  }

  #rest(): void {
    this.#worker.unref();
    clearInterval(this.#watch);
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#rest();
    const begun = Atomics.load(this.#begun, 0);
    const all = [...this.#posted, ...[...this.#waiting.values()].flatMap((tasks) => [...tasks])];
    this.#posted.clear();
    this.#waiting.clear();
    for (const [at, { reject }] of all.entries()) {
      if (begun === 0) reject(unavailable(reason));
      else reject(this.#answered + at === begun - 1 ? failed(reason) : ended(reason));
    }
  }
}

const unavailable = (reason: string): HeddleError =>
  new HeddleError('worker-unavailable', `A worker thread could not be started: ${reason}`, { reason });

const failed = (reason: string): HeddleError =>
  new HeddleError('worker-failed', `The worker thread failed over this: ${reason}`, { reason });

const ended = (reason: string): HeddleError =>
  new HeddleError('worker-ended', `The worker thread has ended: ${reason}`, { reason });

const workerFile = new URL(`./worker.node.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

const plainEnvironment = ({ process, module, limits, supervisor }: Environment): PlainEnvironment => ({
  process: identityOf(process),
  module: identityOf(module),
  limits,
  supervisor,
});

const identityOf = ({ id, owner, tags }: Identity): Identity => ({ id, owner, tags });
