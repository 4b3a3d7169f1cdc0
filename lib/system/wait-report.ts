import { excerpt } from '../core/excerpt.ts';
import type { Json } from '../core/json.ts';
import { tagValue } from '../core/tags.ts';
import type { Process } from '../process/process.ts';
import type { Engine } from './engine.ts';
import { isOpen, type Question, Questions } from './questions.ts';
import { type WaitChain, waitChain, waitsFrom } from './wait-chain.ts';

/** Why a question from outside has no reply, as far as the log says. */
export interface Unanswered {
  /** The same as a sentence. */
  readonly why: string;
  readonly facts: Readonly<Record<string, Json>>;
}

/** A question from outside: to whom, the slot at which it was evaluated, the error of that slot, and where its record is. */
export interface Outside {
  readonly to: Process;
  readonly slot: number | undefined;
  readonly position: number;
  readonly error: string | undefined;
}

/**
 * Says why questions from outside have no reply: for whom the asked processes wait, by the references of what was sent
 * because of each. Whatever has a reference and no reply counts as waited for, although some messages want none.
 */
export class WaitReport {
  readonly #engine: Engine;
  #questions: Questions | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Lets go of what was read. */
  clear(): void {
    this.#questions = undefined;
  }

  of(outside: Outside): Unanswered {
    const { waitRecords, waitEdges } = this.#engine.ledger.limits;
    const { to: start, position } = outside;
    const questions = this.#readFrom(position, waitRecords);
    const whole = questions.readOn(waitRecords);
    const open = openBy(questions.of(position));
    const waits = waitsFrom(start, (process) => open.get(process)?.keys() ?? [], waitEdges);
    const endOf = (process: Process, before: Process | undefined): End =>
      ending(process, (before && open.get(before)?.get(process)) ?? outside);
    const chain = waitChain(start, waits, (end, before) => endOf(end, before).rank);
    const last = chain.nodes.at(-1) ?? start;
    const edges = [...waits].flatMap(([from, targets]) => targets.map((to) => [from.id, to.id]));
    const cut = whole ? '' : `; of what came after it, about ${waitRecords} records were read`;
    return {
      why: `${sentence(chain, endOf(last, chain.nodes.at(-2)).text)}${cut}`,
      facts: { waitsFor: edges, chain: chain.nodes.map(({ id }) => id), cycle: chain.isCycle, whole },
    };
  }

  /** Asks that end one after the other read what came after them once, not each for itself. */
  #readFrom(position: number, most: number): Questions {
    if (this.#questions?.serves(position, most)) return this.#questions;
    const { log, history, ledger } = this.#engine;
    this.#questions = new Questions(log, history, ledger, position);
    return this.#questions;
  }
}

/** The open questions by who asked, and by whom; of two to the same one the newer. */
function openBy(questions: readonly Question[]): ReadonlyMap<Process, ReadonlyMap<Process, Question>> {
  const open = new Map<Process, Map<Process, Question>>();
  for (const question of questions) {
    const { by, to } = question;
    if (!by || !isOpen(question)) continue;
    const own = open.get(by) ?? new Map<Process, Question>();
    open.set(by, own.set(to, question));
  }
  return open;
}

/** How a chain ends. A lower rank explains more. */
interface End {
  readonly rank: number;
  readonly text: string;
}

function ending({ state, reason, mailbox, timers }: Process, asked: Asked): End {
  const { slot, error, refusal } = asked;
  if (error !== undefined) return { rank: 0, text: `ended slot ${slot} with the error ${shortened(error)}` };
  if (state === 'failed') return { rank: 1, text: `failed: ${shortened(reason ?? '')}` };
  if (state === 'stopped') return { rank: 2, text: `was stopped: ${shortened(reason ?? '')}` };
  if (refusal !== undefined) return { rank: 3, text: `did not take the message: ${refusal}` };
  const left = mailbox.length + mailbox.waitingLength;
  if (left > 0) return { rank: 4, text: `has ${counted(left, 'message')} left to evaluate` };
  if (slot === undefined) return { rank: 5, text: 'has not evaluated the message' };
  if (timers === 0) return { rank: 6, text: `evaluated slot ${slot} and never answered` };
  return { rank: 6, text: `evaluated slot ${slot} and has not answered yet: it has ${counted(timers, 'timer')} set` };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What is known of a question to the process at the end. */
interface Asked {
  readonly slot: number | undefined;
  readonly error: string | undefined;
  readonly refusal?: string | undefined;
}

/** The chain in words, in which a row of many has its middle left out. */
function sentence({ nodes, isCycle }: WaitChain<Process>, end: string): string {
  if (nodes.length === 1) return `it ${end}`;
  const names = namesOf(nodes);
  const [first = '', ...others] = names;
  const left = Math.max(others.length - mostNamed, 0);
  const said = left === 0 ? others : [...others.slice(0, mostNamed - 2), ...others.slice(-2)];
  const links = said.map((name, at) => {
    const gap = left > 0 && at === mostNamed - 2 ? `which waits, over ${left} others, for` : 'which waits for';
    return at === 0 ? `${first} waits for ${name}` : `${gap} ${name}`;
  });
  const chain = `by their references, ${links.join(', ')}`;
  return isCycle ? `${chain}: a cycle` : `${chain}, which ${end}`;
}

/** The names of processes, where they have one that reads as such and no other of them has it; or else their short ids. */
function namesOf(processes: readonly Process[]): readonly string[] {
  const ids = new Map<string, Set<string>>();
  for (const { item } of processes) {
    const name = tagValue(item.tags, 'Name') ?? '';
    ids.set(name, (ids.get(name) ?? new Set()).add(item.id));
  }
  return processes.map(({ item }) => {
    const name = tagValue(item.tags, 'Name') ?? '';
    const short = `${item.id.slice(0, shortId)}…`;
    if (!readable.test(name)) return short;
    return ids.get(name)?.size === 1 ? name : `${name} (${short})`;
  });
}

const readable = /^[\p{L}\p{N}](?:[\p{L}\p{N} _.-]{0,38}[\p{L}\p{N}])?$/u;
const shortId = 8;
const mostNamed = 10;

const shortened = (text: string): string => excerpt(text, 300);
