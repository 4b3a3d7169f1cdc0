import { excerpt } from '../../core/excerpt.ts';
import { type Id, isId } from '../../core/id.ts';
import { type Tags, tagValue } from '../../core/tags.ts';

// Reads tags as AO's units do: the first of a name counts, case counts.

/** Whether it is what AO calls a `type`: other protocols' tags may stand beside its own. */
export const isOfType = (tags: Tags, type: string): boolean =>
  says(tags, 'Data-Protocol', 'ao') && says(tags, 'Type', type);

const says = (tags: Tags, name: string, value: string): boolean =>
  tags.some((tag) => tag.name === name && tag.value === value);

/** Reads the tags of one item, and throws a `TagProblem` for what is not as it should be. */
export class TagReader {
  readonly #tags: Tags;

  constructor(tags: Tags) {
    this.#tags = tags;
  }

  text(name: string): string {
    return tagValue(this.#tags, name) ?? this.#refuse(name, undefined);
  }

  /** A whole number from 0 that a double holds exactly. It may have zeros before it. */
  whole(name: string): number {
    const text = this.text(name);
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) ? value : this.#refuse(name, text);
  }

  id(name: string): Id {
    const text = this.text(name);
    return isId(text) ? text : this.#refuse(name, text);
  }

  /** What `read` makes of it, or undefined if there is no such tag. */
  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return tagValue(this.#tags, name) === undefined ? undefined : read(name);
  }

  #refuse(name: string, value: string | undefined): never {
    throw new TagProblem(value === undefined ? `lacks the tag ${name}` : `has the ${name} "${excerpt(value, 60)}"`);
  }
}

/** What is wrong with an item's tags, for a reason to say. */
export class TagProblem extends Error {}
