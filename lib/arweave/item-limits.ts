import { limitsOver } from './limits.ts';

/**
 * How much of a data item or a bundle is read. ANS-104 allows an item less, but the network's clients do not hold to
 * that, so what is read may be larger than {@link buildLimits}, which bound what is built.
 */
export interface ItemLimits {
  /** Tags of an item. Over it: refused with `item-over-limit`. */
  readonly tags: number;
  /** Bytes of an item's encoded tags, and so of any name or value. Over it: the same. */
  readonly tagBytes: number;
  /** Bytes of an item in a bundle that comes as a stream. Over it: the item is skipped, with `item-over-limit` in its place. */
  readonly itemBytes: number;
  /** Items of a bundle. Over it: refused with `bundle-over-limit`. */
  readonly items: number;
}

/**
 * The limits of a reader that is given none.
 *
 * @example
 * ```ts
 * import { defaultItemLimits, parseItem } from 'heddle/arweave';
 *
 * const parseLarge = (bytes: Uint8Array) => parseItem(bytes, { tagBytes: defaultItemLimits.tagBytes * 4 });
 * ```
 */
export const defaultItemLimits: ItemLimits = {
  tags: 4_096,
  tagBytes: 65_536,
  itemBytes: 67_108_864,
  items: 1_000_000,
};

/** What ANS-104 allows an item, which whatever is built keeps to: tags, bytes of a name, of a value, of all tags encoded. */
export const buildLimits = { tags: 128, nameBytes: 1_024, valueBytes: 3_072, tagBytes: 4_096 } as const;

/** The defaults with `given` over them. */
export const itemLimitsOf = (given?: Partial<ItemLimits>): ItemLimits =>
  given ? limitsOver(defaultItemLimits, given) : defaultItemLimits;
