import { type MachineEvent, type MachineMail, machine, outbox } from 'heddle';
import { and, assign, enqueueActions, setup } from 'xstate';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** What has been paid for an order, and by whom. */
interface Payment {
  readonly payer: string;
  readonly quantity: bigint;
}

interface Context {
  readonly token: string;
  readonly shop: string;
  readonly customer: string;
  readonly price: bigint;
  readonly payments: readonly Payment[];
}

const sum = (payments: readonly Payment[]): bigint => payments.reduce((total, { quantity }) => total + quantity, 0n);

const paymentIn = ({ tags }: MachineMail): Payment => ({
  payer: tags.Sender ?? '',
  quantity: BigInt(tags.Quantity ?? 0),
});

const { createMachine } = setup({
  types: { events: {} as MachineEvent<'Credit-Notice' | 'Ship'>, context: {} as Context, input: {} as MachineMail },
  delays: { paymentDue: hourMs, shippingDue: 5 * dayMs },
  guards: {
    // Anyone can say that they paid; only the token knows.
    byToken: ({ context, event }) => event.from === context.token,
    byShop: ({ context, event }) => event.from === context.shop,
    inFull: ({ context, event }) => sum(context.payments) + paymentIn(event).quantity >= context.price,
  },
  actions: {
    book: assign({ payments: ({ context, event }) => [...context.payments, paymentIn(event)] }),
    tellCustomer: outbox.send(({ context }, action: string) => ({
      target: context.customer,
      tags: { Action: action },
    })),
    tellShop: outbox.send(({ context }, action: string) => ({ target: context.shop, tags: { Action: action } })),
    takings: outbox.send(({ context }) => transfer(context, context.shop, sum(context.payments))),
    refund: enqueueActions(({ context, enqueue }) => {
      for (const { payer, quantity } of context.payments) enqueue(outbox.send(transfer(context, payer, quantity)));
      enqueue.assign({ payments: [] });
    }),
  },
});

/**
 * One order, which is paid by transfers to its process. What is not paid within an hour, or not shipped within five days,
 * is cancelled and paid back.
 */
export const order = machine(
  createMachine({
    id: 'order',
    context: ({ input: { tags, from } }) => ({
      token: tags.Token ?? '',
      customer: tags.Customer ?? '',
      price: BigInt(tags.Price ?? 0),
      shop: from,
      payments: [],
    }),
    initial: 'waiting',
    states: {
      waiting: {
        on: {
          'Credit-Notice': [
            { guard: and(['byToken', 'inFull']), target: 'paid', actions: 'book' },
            { guard: 'byToken', actions: 'book' },
          ],
        },
        after: { paymentDue: 'cancelled' },
      },
      paid: {
        entry: [
          { type: 'tellCustomer', params: 'Order-Paid' },
          { type: 'tellShop', params: 'Order-Paid' },
        ],
        on: { Ship: { guard: 'byShop', target: 'shipped' } },
        after: { shippingDue: 'cancelled' },
      },
      shipped: {
        type: 'final',
        entry: ['takings', { type: 'tellCustomer', params: 'Order-Shipped' }],
      },
      cancelled: {
        entry: ['refund', { type: 'tellCustomer', params: 'Order-Cancelled' }],
        // Whoever pays too late gets it back.
        on: { 'Credit-Notice': { guard: 'byToken', actions: ['book', 'refund'] } },
      },
    },
  }),
);

const transfer = ({ token }: Context, recipient: string, quantity: bigint) => ({
  target: token,
  tags: { Action: 'Transfer', Recipient: recipient, Quantity: String(quantity) },
});
