/** What the example prints. */
import type { Assignment, Outcome, SlotRef, TraceEvent } from 'heddle';
import { tagValue } from 'heddle';
import colors from 'picocolors';

export const { bold, dim, green, red } = colors;

/** Who an id is, as far as the reader knows it. */
export type Names = ReadonlyMap<string, string>;

/** Runs one part, showing that it is under way and what it notes meanwhile, and then how long it took. */
export async function timed<T>(part: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const live = process.stdout.isTTY;
  const show = (text: string) => process.stdout.write(`${live ? '\r\u001b[K' : ''}${text}`);
  if (live) show(dim(`${part} …`));
  const result = await work((text) => {
    if (live) show(dim(`${part}: ${text} …`));
    else process.stderr.write(`${part}: ${text} …\n`);
  });
  const tookMs = (performance.now() - startMs).toFixed(0);
  show(`${part.padEnd(42)} ${tookMs.padStart(6)} ms\n`);
  return result;
}

/** A table of who has how much. */
export function balanceTable(balances: Readonly<Record<string, string>>, names: Names): string {
  const rows = Object.entries(balances).map(([id, amount]) => [nameOf(id, names), amount] as const);
  rows.sort(([a], [b]) => a.localeCompare(b));
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, amount]) => `  ${name.padEnd(width)}  ${amount.padStart(8)}`).join('\n');
}

/** Every message under the turn that sent it, from what came from outside to what left the system. */
export function causalTree(events: readonly TraceEvent[], names: Names): string {
  const outcomes = new Map<string, Outcome>();
  const sent = new Map<string, Node[]>();
  const roots: Node[] = [];
  for (const event of events) {
    if (event.type === 'evaluated') outcomes.set(keyOf(event), event.outcome);
    if (event.type === 'assigned') {
      const node = { label: label(event.assignment, names), key: keyOf(event.assignment) };
      if (event.cause) put(sent, keyOf(event.cause), node);
      else roots.push(node);
    }
    if (event.type === 'outbound' && event.mail.cause) {
      const action = tagValue(event.mail.message?.tags ?? [], 'Action') ?? 'reply';
      put(sent, keyOf(event.mail.cause), { label: `${nameOf(event.mail.message?.target ?? '?', names)} ← ${action}` });
    }
  }
  const draw = (nodes: readonly Node[], indent: string): string[] =>
    nodes.flatMap((node, at) => {
      const last = at === nodes.length - 1;
      const mark = node.key && outcomes.get(node.key)?.error ? red(' ✗') : '';
      const line = `${indent}${last ? '└─ ' : '├─ '}${node.label}${mark}`;
      return [line, ...draw((node.key && sent.get(node.key)) || [], indent + (last ? '   ' : '│  '))];
    });
  return draw(roots, '  ').join('\n');
}

interface Node {
  readonly label: string;
  /** The slot whose turn may have sent more; absent for mail that left the system. */
  readonly key?: string;
}

const label = ({ process, slot, message }: Assignment, names: Names): string => {
  const action = tagValue(message.tags, 'Action') ?? tagValue(message.tags, 'Type') ?? '';
  const quantity = tagValue(message.tags, 'Quantity');
  const what = quantity === undefined ? action : `${action} ${quantity}`;
  return `${bold(nameOf(process, names))} ${dim(`#${slot}`)} ${what} ${dim(`from ${nameOf(message.from, names)}`)}`;
};

const nameOf = (id: string, names: Names): string => names.get(id) ?? `${id.slice(0, 6)}…`;

const keyOf = ({ process, slot }: SlotRef): string => `${process} ${slot}`;

function put(lists: Map<string, Node[]>, key: string, node: Node): void {
  const list = lists.get(key);
  if (list) list.push(node);
  else lists.set(key, [node]);
}
