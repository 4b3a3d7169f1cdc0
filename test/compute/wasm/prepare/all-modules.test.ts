// Every published module can be prepared in full, and those that the host can run start.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Instance } from '../../../../lib/compute/wasm/instance.ts';
import { gasExport } from '../../../../lib/compute/wasm/prepare/index.ts';
import { readProgram } from '../../../../lib/compute/wasm/program.ts';
import { HeddleError } from '../../../../lib/core/error.ts';
import { publishedModules } from '../../../modules/index.ts';
import { preparePublished } from './published.ts';

for (const { name, format } of publishedModules) {
  test(name, async () => {
    const { bytes, report } = await preparePublished(name);
    assert.equal(report.leftOut, []);
    assert.ok(report.asyncifyFolded && report.metered);
    assert.is(report.lowered, format.startsWith('wasm64'));
    const module = await WebAssembly.compile(bytes);
    const names = WebAssembly.Module.exports(module).map((one) => one.name);
    assert.ok(
      names.includes(gasExport) && names.includes('handle') && !names.some((one) => one.startsWith('asyncify')),
    );
    const read = attempt(() => readProgram(bytes));
    if (read instanceof HeddleError) {
      assert.is(read.code, 'module-import-unsupported');
      return;
    }
    const instance = new Instance(module, read);
    instance.boot();
    assert.ok(instance.memory.length >= instance.stack.base);
  });
}

function attempt<T>(run: () => T): T | HeddleError {
  try {
    return run();
  } catch (error) {
    if (error instanceof HeddleError) return error;
    throw error;
  }
}

test.run();
