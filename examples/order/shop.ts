import { type MachineEvent, type MachineMail, type Message, machine, outbox } from 'heddle';
import { assign, raise, setup } from 'xstate';
import { dayMs, order } from './order.ts';

interface Context {
  readonly self: string;
  readonly token: string;
  /** Who ordered, by the reference of the process that was spawned for it. */
  readonly placed: Readonly<Record<string, Message>>;
}

type Events = MachineEvent<'Order' | 'Spawned' | 'Order-Paid'> | { readonly type: 'packed'; readonly order: string };

const prices: Readonly<Record<string, string>> = { heddle: '120', shuttle: '45' };

/** A shop that spawns a process for every order, and ships what was paid for two days later. */
export const shop = machine(
  setup({
    types: { events: {} as Events, context: {} as Context, input: {} as MachineMail },
    guards: {
      inStock: (_, item: string | undefined) => item !== undefined && Object.hasOwn(prices, item),
    },
  }).createMachine({
    id: 'shop',
    context: ({ input, self }) => ({ self: self.id, token: input.tags.Token ?? '', placed: {} }),
    on: {
      Order: [
        {
          guard: { type: 'inStock', params: ({ event }) => event.tags.Item },
          actions: [
            outbox.spawn(({ context, event: { tags, from, message } }) => ({
              module: order.id,
              tags: {
                Reference: message.id,
                Token: context.token,
                Customer: from,
                Item: tags.Item ?? '',
                Price: prices[tags.Item ?? ''] ?? '',
              },
            })),
            assign({ placed: ({ context, event: { message } }) => ({ ...context.placed, [message.id]: message }) }),
          ],
        },
        { actions: outbox.reply({ tags: { Action: 'Order-Refused' }, data: 'not in stock' }) },
      ],
      Spawned: {
        guard: ({ context, event }) => event.from === context.self,
        actions: [
          outbox.reply(({ context, event: { tags } }) => {
            const message = context.placed[tags.Reference ?? ''];
            return {
              ...(message && { message }),
              tags: { Action: 'Order-Placed', Order: tags.Process ?? '', Price: tags.Price ?? '' },
            };
          }),
          assign({
            placed: ({ context, event: { tags } }) => {
              const { [tags.Reference ?? '']: _, ...rest } = context.placed;
              return rest;
            },
          }),
        ],
      },
      'Order-Paid': { actions: raise(({ event }) => ({ type: 'packed', order: event.from }), { delay: 2 * dayMs }) },
      // An order hears this from its own shop only, so it does no harm to tell somebody else's.
      packed: { actions: outbox.send(({ event }) => ({ target: event.order, tags: { Action: 'Ship' } })) },
    },
  }),
  // Nobody else says what is packed.
  {
    event: (event) =>
      event.type === 'packed' ? undefined : (event as MachineEvent<'Order' | 'Spawned' | 'Order-Paid'>),
  },
);
