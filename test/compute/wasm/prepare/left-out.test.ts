// What cannot be prepared stays as it is, step by step, with the reason.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gasExport, prepareModule, prepareVersion } from '../../../../lib/compute/wasm/prepare/index.ts';
import { meterModule } from '../../../../lib/compute/wasm/prepare/meter.ts';
import { HeddleError } from '../../../../lib/core/error.ts';
import { assemble } from './wasm-text.ts';

const run = { export: 'run', code: [0x01] };
const asIs = { version: prepareVersion, asyncifyFolded: false, lowered: false, metered: false, leftOut: [] };

test('no gas wanted, nothing to do', async () => {
  const bytes = assemble({ functions: [run] });
  assert.equal(await prepareModule(bytes, { meter: false }), { bytes, report: asIs });
});

test('a module without functions', async () => {
  const { report } = await prepareModule(assemble({ functions: [] }));
  assert.is(report.metered, true);
});

test('an export of the same name', async () => {
  const bytes = assemble({ functions: [{ ...run, export: gasExport }] });
  const { bytes: left, report } = await prepareModule(bytes);
  assert.equal(left, bytes);
  assert.is(report.metered, false);
  assert.match(report.leftOut[0]?.reason ?? '', /exports heddle\.gas already/);
});

test('what is metered already', async () => {
  const once = await prepareModule(assemble({ functions: [run] }));
  assert.is((await prepareModule(once.bytes)).report.metered, false);
  const { report } = await prepareModule(assemble({ imports: ['metering.usegas'], functions: [run] }));
  assert.match(report.leftOut[0]?.reason ?? '', /metered already/);
});

test('instructions the meter does not know', async () => {
  // try … catch_all … end, as exception handling first had it
  const bytes = assemble({ functions: [{ code: [0x06, 0x40, 0x19, 0x0b] }] });
  assert.throws(() => meterModule(bytes), isInvalid(/does not know its instruction 6/));
  assert.throws(() => meterModule(assemble({ functions: [{ code: [0xfc, 0x40] }] })), isInvalid(/fc 40/));
  assert.throws(() => meterModule(assemble({ functions: [{ code: [0xfd, 0x80, 0x02] }] })), isInvalid(/fd 100/));
  assert.throws(() => meterModule(assemble({ functions: [{ code: [0xfe, 0x03, 0x00] }] })), isInvalid(/fe/));
});

test('a limit holds for what the guest grows itself', async () => {
  const grow = { export: 'grow', parameters: [0x7f], results: [0x7f], code: [0x20, 0x00, 0x40, 0x00] };
  const { bytes } = await prepareModule(assemble({ functions: [grow], memory: [1, 1, 100] }), {
    maximumBytes: 3 * 65_536,
  });
  const { instance } = await WebAssembly.instantiate(bytes);
  const call = instance.exports.grow as (pages: number) => number; // the function above
  assert.equal([call(2), call(1)], [1, -1]);
});

test('what is no module is refused', async () => {
  const valid = assemble({ functions: [run] });
  const broken = [new Uint8Array(), new Uint8Array(100), valid.slice(0, -1), Uint8Array.of(...valid, 1)];
  for (const bytes of broken) {
    try {
      await prepareModule(bytes);
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof HeddleError && error.code === 'module-invalid');
    }
  }
});

test('any damage ends, with nothing worse than a refusal', () => {
  const nested = Array<number>(200)
    .fill(0x02)
    .flatMap((block) => [block, 0x40]);
  const code = [...nested, 0x41, 0, 0x0e, 3, 1, 2, 3, 4, ...Array<number>(200).fill(0x0b)];
  const whole = assemble({ functions: [run, { code }], memory: [1, 1, 2], table: 3, globals: [1] });
  for (let at = 8; at < whole.length; at++) {
    for (const byte of [0x00, 0x03, 0x0b, 0x7f, 0x80, 0xff]) {
      const damaged = whole.slice();
      damaged[at] = byte;
      try {
        meterModule(damaged);
      } catch (error) {
        assert.ok(error instanceof HeddleError, String(error));
      }
    }
  }
});

const isInvalid = (reason: RegExp) => (error: unknown) =>
  error instanceof HeddleError && error.code === 'module-invalid' && reason.test(error.message);

test.run();
