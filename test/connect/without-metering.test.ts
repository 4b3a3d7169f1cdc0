// @permaweb/wasm-metering is there if a program wants it. Without it the other formats load, and these say what is missing.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const typescript = new URL('../typescript/register.js', import.meta.url).href;

/** As Node does if it finds no such package. */
const hooks = `data:text/javascript,${encodeURIComponent(`
  export function resolve(name, context, next) {
    if (name === '@permaweb/wasm-metering') throw Object.assign(new Error('Not here'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  }`)}`;

const program = `
  import { register } from 'node:module';
  import { AoLoader } from 'heddle/loader';
  import { publishedModule } from './test/modules/index.ts';
  register(${JSON.stringify(hooks)});
  const { format, bytes } = publishedModule('aos2_0_4_32');
  await AoLoader(bytes(), { format });
  await AoLoader(bytes(), { format: 'wasm32-unknown-emscripten-metering' }).catch((error) => console.log(error.message));`;

test('a metered format without the package', async () => {
  const options = ['--import', typescript, '-C', 'heddle-source', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  assert.match(
    stdout,
    /^There is no @permaweb\/wasm-metering here\. Install @permaweb\/wasm-metering, .*metering-unavailable\]\n$/,
  );
});

test.run();
