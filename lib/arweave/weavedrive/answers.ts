import type { DriveFile } from '../../compute/drive.ts';
import type { Awaitable } from '../../core/awaitable.ts';
import { chained } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import { hashBytes, hashId, type Id } from '../../core/id.ts';
import type { Notes } from '../../store/notes.ts';

/** What a turn was answered: a file, or why there is none. */
export type Answer =
  | { readonly file: DriveFile; readonly code?: undefined }
  | {
      readonly file?: undefined;
      readonly code: 'drive-file-missing' | 'drive-mode-unsupported';
      readonly what: string;
    };

type Answers = Readonly<Record<string, Answer>>;

/**
 * What turns were answered, by their assignments: a gateway's index may say something else later, but a turn that is
 * evaluated again is to come out as it did.
 */
export class AnswerBook {
  readonly #notes: Notes;
  readonly #most: number;

  constructor(notes: Notes, most: number) {
    this.#notes = notes;
    this.#most = most;
  }

  /** What the turn of `assignment` was answered for `name`. */
  of(assignment: Id, name: string): Awaitable<Answer | undefined> {
    return chained(this.#read(assignment), (answers) => (Object.hasOwn(answers, name) ? answers[name] : undefined));
  }

  /** Keeps an answer before the turn gets it. */
  add(assignment: Id, name: string, answer: Answer): Awaitable<Answer> {
    return chained(this.#read(assignment), (answers) => {
      if (Object.keys(answers).length >= this.#most) {
        const what = `The message opens more than ${this.#most} files of the drive`;
        throw new HeddleError('drive-over-limit', what, { limit: this.#most });
      }
      const bytes = utf8.encode(JSON.stringify({ ...answers, [name]: answer }));
      return chained(this.#notes.putNote(answersKey(assignment), bytes), () => answer);
    });
  }

  /** Keeps a text, and names it by its content. */
  addText(text: string): Awaitable<DriveFile> {
    const bytes = utf8.encode(text);
    const hash = hashBytes(bytes);
    return chained(this.#notes.putNote(textKey(hash), bytes), () => ({ key: `text/${hash}`, sizeBytes: bytes.length }));
  }

  /** The text that {@link addText} has named so. */
  text(hash: Id): Awaitable<Uint8Array | undefined> {
    return this.#notes.note(textKey(hash));
  }

  #read(assignment: Id): Awaitable<Answers> {
    return chained(this.#notes.note(answersKey(assignment)), (bytes) =>
      // It was written from this type.
      bytes ? (JSON.parse(utf8Text.decode(bytes)) as Answers) : {},
    );
  }
}

const answersKey = (assignment: Id): Id => hashId('WeaveDrive answers', assignment);
const textKey = (hash: Id): Id => hashId('WeaveDrive text', hash);

const utf8 = new TextEncoder();
const utf8Text = new TextDecoder();
