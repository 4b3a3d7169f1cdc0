import { behavior, tagValue } from 'heddle';

/** The group whose members are told every price. */
export const readers = 'readers';

/** Tells its readers each price that it is given. What is no price is an error, and its supervisor hears of it. */
export const feed = behavior<number>(
  {
    init: () => 0,
    receive(told, { data }, turn) {
      if (!/^\d+\.\d\d$/.test(data)) throw new Error(`"${data}" is no price`);
      turn.send({ target: readers, tags: { Action: 'Price' }, data });
      return told + 1;
    },
  },
  { name: 'feed' },
);

/** Gives what comes from the exchange to a feed. It watches the first one, and takes the spare one when it is told of its end. */
export const desk = behavior<string>(
  {
    init(item, turn) {
      const first = tagValue(item.tags, 'Feed') ?? '';
      turn.watch(first);
      return first;
    },
    receive(source, { tags, data }, turn) {
      if (tagValue(tags, 'Action') === 'Down') return 'spare-feed';
      turn.send({ target: source, data });
      return source;
    },
  },
  { name: 'desk' },
);

/** Knows the newest price, and says for how much it sells when it is asked. */
export const shop = behavior<string>(
  {
    init: () => 'no price yet',
    receive(price, message, turn) {
      if (tagValue(message.tags, 'Action') === 'Price') return message.data;
      turn.reply(message, { data: price });
      return price;
    },
  },
  { name: 'shop' },
);

/** Keeps the prices that it was told. */
export const reader = behavior<string[]>(
  {
    init: () => [],
    receive(prices, { data }) {
      prices.push(data);
    },
  },
  { name: 'reader' },
);
