// What a host holds does not grow with the messages it has evaluated.

import { test } from 'uvu';
import { assertFlat } from './flat.ts';

test('100,000 messages to one process', () => assertFlat('messages.ts', 100_000));

test.run();
