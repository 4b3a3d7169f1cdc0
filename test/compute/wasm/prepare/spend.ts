// What a call of a metered module spends.

import { gasExport, prepareModule } from '../../../../lib/compute/wasm/prepare/index.ts';

export interface Spending {
  /** What the call returned, or the message of what it threw. */
  readonly result: unknown;
  readonly gas: bigint;
  readonly exhausted: boolean;
}

export class MeteredInstance {
  readonly exports: WebAssembly.Exports;
  readonly #gas: WebAssembly.Global<'i64'>;

  private constructor(exports: WebAssembly.Exports) {
    this.exports = exports;
    this.#gas = exports[gasExport] as WebAssembly.Global<'i64'>; // a metered module has it
  }

  static async of(bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports = {}): Promise<MeteredInstance> {
    const { bytes: metered, report } = await prepareModule(bytes);
    if (!report.metered) throw new Error(report.leftOut.map(({ reason }) => reason).join());
    const { instance } = await WebAssembly.instantiate(metered, imports);
    return new MeteredInstance(instance.exports);
  }

  get gas(): bigint {
    return this.#gas.value;
  }

  spend(name: string, values: readonly (number | bigint)[] = [], limit = 1n << 62n): Spending {
    this.#gas.value = limit;
    let result: unknown;
    try {
      const call = this.exports[name] as (...values: readonly (number | bigint)[]) => unknown; // the tests know
      result = call(...values);
    } catch (error) {
      result = error instanceof Error ? error.message : error;
    }
    return { result, gas: limit - this.#gas.value, exhausted: this.#gas.value < 0n };
  }
}
