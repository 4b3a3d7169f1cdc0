import { HeddleError } from '../../core/error.ts';

/** An instance of a module. That the host has no room for one is its bad luck and not the module's fault. */
export function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (cause) {
    if (!(cause instanceof RangeError) || /call stack/i.test(cause.message)) throw cause;
    const what = 'The host has no room for another instance of the module';
    throw new HeddleError('memory-unavailable', what, {}, { cause });
  }
}
