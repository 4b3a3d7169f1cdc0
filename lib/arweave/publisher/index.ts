/** What a system has done, written to Arweave in the background. */
export type { Backlog, PublishedTotals, Trouble } from './backlog.ts';
export type { PublishOptions } from './options.ts';
export { publish } from './publish.ts';
export type { Publisher } from './publisher.ts';
export { defaultPublisherLimits, type PublisherLimits } from './publisher-limits.ts';
