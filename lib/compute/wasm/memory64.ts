/** Switches 64-bit memory on where that is possible. Here it is on, or it is missing. */
export function enableMemory64(): void {}
