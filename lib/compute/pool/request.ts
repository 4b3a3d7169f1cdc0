import type { Assignment } from '../../core/assignment.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { DriveFile, DrivePath } from '../drive.ts';
import type { Checkpoint, DryRun, Environment, StateReport } from '../executor.ts';
import type { PageProof } from '../page-tree.ts';
import type { CompiledModule, DriveMoment } from '../wasm/index.ts';
import type { Failure } from './failure.ts';

/** What a worker thread is asked for, by the number of the executor that it is about. It answers each in turn. */
export type Request =
  | {
      readonly ask: 'start';
      readonly executor: number;
      /** The module's number in this thread. */
      readonly module: number;
      /** The module itself, the first time. */
      readonly compiled?: CompiledModule | undefined;
      readonly environment: PlainEnvironment;
      /** Whether there is a drive in the other thread. */
      readonly hasDrive: boolean;
      readonly from?: Checkpoint | undefined;
    }
  | { readonly ask: 'evaluate'; readonly executor: number; readonly assignment: Assignment }
  | { readonly ask: 'dryRun'; readonly executor: number; readonly message: DryRun }
  | { readonly ask: 'checkpoint' | 'state' | 'close'; readonly executor: number }
  | { readonly ask: 'proof'; readonly executor: number; readonly page: number };

/** An environment that can be posted: whoever needs past turns does not run in another thread. */
export type PlainEnvironment = Omit<Environment, 'past'>;

/** What each request is answered with. */
export interface Answers {
  readonly start: Residence;
  readonly evaluate: Residence & { readonly outcome: Outcome };
  readonly dryRun: Outcome;
  readonly checkpoint: Checkpoint;
  readonly state: StateReport;
  readonly proof: PageProof;
  readonly close: undefined;
}

/** What an executor holds after a turn, which is asked for without waiting. */
export interface Residence {
  readonly slot: number;
  readonly residentBytes: number;
}

export type Reply = { readonly answer: unknown } | { readonly failure: Failure };

/** What a worker thread asks of a drive, for an executor of its. It waits for the answer. */
export type DriveQuestion =
  | { readonly drive: 'open'; readonly executor: number; readonly path: DrivePath; readonly moment: DriveMoment }
  | {
      readonly drive: 'read';
      readonly executor: number;
      readonly file: DriveFile;
      readonly position: number;
      readonly length: number;
    };

/** The same, and by what number its answer is told from that of one for which nobody waits any more. */
export type NumberedQuestion = DriveQuestion & { readonly number: number };
export type NumberedReply = Reply & { readonly number: number };

/** What a drive answers to each. */
export interface DriveAnswers {
  readonly open: DriveFile;
  readonly read: Uint8Array<ArrayBuffer>;
}
