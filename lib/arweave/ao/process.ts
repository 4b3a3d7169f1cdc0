import { HeddleError } from '../../core/error.ts';
import type { Address, Id } from '../../core/id.ts';
import { isOfType, TagProblem, TagReader } from './ao-tags.ts';
import { type AoReadOptions, fetchPublished, type Published } from './published.ts';

/**
 * A process as it was published: who owns it, what it runs and who gives its messages their slots.
 *
 * @example
 * ```ts
 * import type { PublishedProcess } from 'heddle/arweave';
 *
 * const identity = ({ id, owner, tags }: PublishedProcess) => ({ id, owner, tags });
 * ```
 */
export interface PublishedProcess extends Published {
  /** The id of its module. */
  readonly module: Id;
  /** The wallet whose assignments make up its schedule. */
  readonly scheduler: Address;
}

/** Reads a process, which both of AO's units that know it refuse without `Module` and `Scheduler`. */
export async function fetchProcess(id: Id, options: AoReadOptions): Promise<PublishedProcess> {
  const published = await fetchPublished(id, options, { likely: 'item' });
  try {
    if (!isOfType(published.tags, 'Process')) throw new TagProblem('is not tagged as such');
    const read = new TagReader(published.tags);
    return { ...published, module: read.id('Module'), scheduler: read.text('Scheduler') };
  } catch (error) {
    if (!(error instanceof TagProblem)) throw error;
    throw new HeddleError('process-invalid', `${id} is no process of AO: it ${error.message}`, { id });
  }
}
