// What AO has on Arweave, read and verified: modules, schedules, checkpoints; and what is published of them.

export type { PublishedAssignment } from './assignment.ts';
export { type CheckpointSource, checkpointContent } from './checkpoint-content.ts';
export { type CheckpointLimits, defaultCheckpointLimits } from './checkpoint-limits.ts';
export {
  type FindCheckpointOptions,
  findCheckpoint,
  type PublishedCheckpoint,
  type SkippedCheckpoint,
} from './find-checkpoint.ts';
export { type ModuleFromArweaveOptions, moduleFromArweave, type SignModuleOptions, signModule } from './module.ts';
export { defaultModuleLimits, type ModuleLimits } from './module-tags.ts';
export type { PublishedProcess } from './process.ts';
export type { AoReadOptions, Published } from './published.ts';
export { type RestoreOptions, restore } from './restore.ts';
export {
  type PublishedSchedule,
  readSchedule,
  type ScheduleEntry,
  type ScheduleOptions,
  type SchedulePosition,
} from './schedule.ts';
export { defaultScheduleLimits, type ScheduleLimits } from './schedule-limits.ts';
export { signCheckpoint } from './sign-checkpoint.ts';
