/** Lets the program's other work go on: its input, its timers and whoever reads the trace. */
export const breath = (): Promise<void> =>
  new Promise((resolve) => {
    // Where there is one it takes a tenth of the time.
    const { setImmediate } = globalThis as { readonly setImmediate?: (call: () => void) => void };
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
