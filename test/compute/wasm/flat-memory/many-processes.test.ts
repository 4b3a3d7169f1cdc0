// What a host holds does not grow with the processes it has closed.

import { test } from 'uvu';
import { assertFlat } from './flat.ts';

test('5,000 processes, each used once and closed', () => assertFlat('processes.ts', 5_000));

test.run();
