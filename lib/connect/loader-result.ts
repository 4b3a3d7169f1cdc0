import type { Json, JsonObject } from '../core/json.ts';

/** What a message resulted in, with the module's own values: they are not checked, and may be missing. */
export interface LoaderResult<Memory> {
  readonly Memory: Memory;
  readonly Error: Json | undefined;
  readonly Output: Json | undefined;
  readonly Messages: readonly JsonObject[] | undefined;
  readonly Spawns: readonly JsonObject[] | undefined;
  readonly Assignments: readonly JsonObject[] | undefined;
  readonly Patches: readonly Json[];
  /** What the call used, if the module counts that, as those of the metered formats do; else 0. */
  readonly GasUsed: number;
}
