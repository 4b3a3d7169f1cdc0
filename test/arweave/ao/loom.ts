/** Processes and their schedules as AO's scheduler publishes them. */
import { createHash } from 'node:crypto';
import {
  type DataItem,
  ed25519Signer,
  generateEd25519Key,
  type ItemContent,
  type Signer,
  signItem,
} from 'heddle/arweave';
import { assignmentTags } from '../../../lib/schedule/assign.ts';
import { type ChainEnd, nextHashChain } from '../../../lib/schedule/hash-chain.ts';
import { Archive } from './archive.ts';

export const scheduler = ed25519Signer(generateEd25519Key());
export const wallet = ed25519Signer(generateEd25519Key());
export const stranger = ed25519Signer(generateEd25519Key());
export const moduleId = 'ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s';
export const firstHeight = 1_500_000;

export const processContent = (tags: Readonly<Record<string, string>> = {}): ItemContent => ({
  tags: {
    'Data-Protocol': 'ao',
    Variant: 'ao.TN.1',
    Type: 'Process',
    Module: moduleId,
    Scheduler: scheduler.address,
    ...tags,
  },
  data: 'the process',
});

/** What an assignment says besides what follows from its place. */
export interface Said {
  readonly hashChain?: string;
  readonly exclude?: readonly string[];
  readonly timestampMs?: number;
  readonly blockHeight?: number;
  readonly epoch?: number;
  /** Makes its tags others than they are. */
  readonly change?: (tags: Record<string, string | readonly string[]>) => void;
  readonly signer?: Signer;
}

/** The item of an assignment of `message` to `slot`. */
export async function assignment(
  process: string,
  slot: number,
  message: string,
  after: ChainEnd | undefined,
  said: Said = {},
): Promise<DataItem & { readonly hashChain: string }> {
  const { exclude = [], timestampMs = timestampOf(slot), blockHeight = firstHeight + slot, epoch = 0 } = said;
  const hashChain = said.hashChain ?? nextHashChain(process, after);
  const content = { process, slot, epoch, hashChain, blockHeight, timestampMs, exclude };
  const tags: Record<string, string | string[]> = {};
  for (const { name, value } of assignmentTags({ ...content, message: { id: message } as never })) {
    const others = tags[name];
    tags[name] = others === undefined ? value : [others, value].flat();
  }
  said.change?.(tags);
  const item = await signItem({ tags }, said.signer ?? scheduler);
  return Object.assign(item, { hashChain });
}

export const timestampOf = (slot: number) => 1_750_000_000_000 + 1_000 * slot;

export interface Loom {
  readonly archive: Archive;
  readonly process: DataItem;
  readonly messages: readonly DataItem[];
  /** By slot. */
  readonly assignments: readonly (DataItem & { readonly hashChain: string })[];
}

export interface LoomOptions {
  readonly slots: number;
  /** Whether the process's own item has slot 0. */
  readonly assignsProcess?: boolean;
  readonly message?: (slot: number, process: string) => ItemContent;
  readonly said?: (slot: number) => Said;
  readonly process?: ItemContent;
}

/** A process with so many slots, published in another order than that of the slots. */
export async function loom({ slots, assignsProcess = true, message, said, ...options }: LoomOptions): Promise<Loom> {
  const process = await signItem(options.process ?? processContent(), wallet);
  const archive = new Archive();
  archive.add(firstHeight, process);
  const messages: DataItem[] = [];
  const assignments: (DataItem & { hashChain: string })[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const isProcess = assignsProcess && slot === 0;
    const content = message?.(slot, process.id) ?? messageContent(slot, process.id);
    const item = isProcess ? process : await signItem(content, wallet);
    messages.push(item);
    const last = assignments.at(-1);
    assignments.push(await assignment(process.id, slot, item.id, last, said?.(slot)));
  }
  for (const slot of shuffled(slots)) {
    const [one, item] = [assignments[slot], messages[slot]];
    if (one) archive.add(firstHeight + slot, one);
    if (item && item !== process) archive.add(firstHeight + slot, item);
  }
  return { archive, process, messages, assignments };
}

export const messageContent = (slot: number, target: string): ItemContent => ({
  target,
  tags: { 'Data-Protocol': 'ao', Variant: 'ao.TN.1', Type: 'Message', Action: 'Count' },
  anchor: String(slot).padStart(32, '0'),
  data: `message ${slot}`,
});

/** The numbers below `count` in an order that is always the same. */
const shuffled = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => at).sort((a, b) => (hash(a) < hash(b) ? -1 : 1));

const hash = (number: number) => createHash('sha256').update(String(number)).digest('hex');
