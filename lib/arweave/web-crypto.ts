import { HeddleError } from '../core/error.ts';

/** The host's WebCrypto, which browsers give only to pages that came over HTTPS. */
export function webCrypto(): SubtleCrypto {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle) return subtle;
  throw new HeddleError('crypto-unavailable', 'this host has no WebCrypto');
}
