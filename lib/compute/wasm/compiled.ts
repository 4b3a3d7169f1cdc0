import type { Id } from '../../core/id.ts';
import type { Drive } from '../drive.ts';
import { Boots } from './boots.ts';
import { Instances } from './instances.ts';
import type { Program } from './program.ts';
import { Snapshot } from './snapshot.ts';

/** A module's code, which threads can share. */
export interface CompiledModule {
  readonly id: Id;
  readonly code: WebAssembly.Module;
  readonly program: Program;
  /** Where its processes read files that are not theirs. It stays in this thread. */
  readonly drive?: Drive | undefined;
}

/** A module ready to run in this thread, with what its executors share. */
export interface CompiledProgram {
  readonly id: Id;
  /** Of the program to run from the next turn on: another that does the same may take its place. */
  instances: Instances;
  readonly boots: Boots;
  readonly snapshot: Snapshot;
}

export const programOf = ({ id, code, program }: CompiledModule): CompiledProgram => ({
  id,
  instances: new Instances(code, program),
  boots: new Boots(),
  snapshot: threadSnapshot,
});

/** Processes share it whatever their modules are. */
const threadSnapshot = new Snapshot();
