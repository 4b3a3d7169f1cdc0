import { HeddleError, wasm } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedModule } from '../../modules/index.ts';

test('a module from a file is the module of its bytes', async () => {
  const { file, bytes } = publishedModule('aos2_0_6');
  const module = await wasm.fromFile(new URL(`../../modules/cache/${file}`, import.meta.url));
  assert.is(module.id, wasm(bytes()).id);
});

test('a file that is not there is refused with its path', async () => {
  try {
    await wasm.fromFile('no/such.wasm');
    assert.unreachable();
  } catch (error) {
    assert.instance(error, HeddleError);
    assert.is((error as HeddleError).code, 'module-unreadable');
    assert.match((error as HeddleError).message, 'no/such.wasm');
  }
});

test.run();
