import { HeddleError } from '../../core/error.ts';
import { checkWhole } from '../../system/options.ts';

/** How much a publisher has in memory, and how long it waits. */
export interface PublisherLimits {
  /** Items of one bundle. At it: the next one begins. */
  readonly bundleItems: number;
  /** Bytes of the items of one bundle. At it: the same. */
  readonly bundleBytes: number;
  /** Bundles under way at a time. At it: the next one waits, and no more items are made. */
  readonly bundles: number;
  /** How long items wait for others, to go with them in one bundle. Then: the bundle goes as it is. */
  readonly gatherMs: number;
  /** How long nothing is looked for after all was found. */
  readonly restMs: number;
  /** How long others are kept from this thread while items are made. Then: they have their turn. */
  readonly sliceMs: number;
  /** The wait after what failed first; each further one is twice as long, and as much as half of it is taken off at random. */
  readonly firstRetryMs: number;
  /** The longest wait after what failed. */
  readonly lastRetryMs: number;
}

/**
 * The limits of a publisher that is given none.
 *
 * @example
 * ```ts
 * import { defaultPublisherLimits } from 'heddle/arweave';
 *
 * const large = { bundleItems: defaultPublisherLimits.bundleItems * 10, bundleBytes: 50_000_000 };
 * ```
 */
export const defaultPublisherLimits: PublisherLimits = {
  bundleItems: 1_000,
  bundleBytes: 4_194_304,
  bundles: 2,
  gatherMs: 10_000,
  restMs: 1_000,
  sliceMs: 10,
  firstRetryMs: 1_000,
  lastRetryMs: 300_000,
};

/** The defaults with `given` over them. */
export function publisherLimitsOf(given: Partial<PublisherLimits> = {}): PublisherLimits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultPublisherLimits, name)) {
      throw new HeddleError('option-invalid', `there is no limit ${name}`, { option: name });
    }
    checkWhole(name, value);
    if (value === 0 && name.startsWith('bundle')) {
      throw new HeddleError('option-invalid', `the limit ${name} is 0`, { option: name });
    }
  }
  return { ...defaultPublisherLimits, ...given };
}
