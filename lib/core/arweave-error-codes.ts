/** Those of the ways heddle refuses or fails that have to do with what is on Arweave, or is to be. */
export const arweaveErrorCodes = {
  // Data items, bundles and who signs them.
  'item-malformed': {
    definite: true,
    advice: 'These bytes are no data item of ANS-104; get it again, from another source.',
  },
  'item-over-limit': {
    definite: true,
    advice: 'Keep what you build within what ANS-104 allows; for what you read, raise the limit.',
  },
  'signature-invalid': { definite: true, advice: 'Trust nothing of it; get it again, from another source.' },
  'signature-type-unsupported': {
    definite: true,
    advice: 'Items are signed and verified with types 1 (Arweave), 2 (ed25519) and 3 (Ethereum).',
  },
  'bundle-malformed': {
    definite: true,
    advice: 'These bytes are no bundle of ANS-104; get it again, from another source.',
  },
  'bundle-over-limit': { definite: true, advice: 'Make several bundles of it; to read one, raise the limit.' },
  'key-invalid': {
    definite: true,
    advice: 'Give a whole private key; the documentation of the signer says in which form.',
  },
  'key-unreadable': { definite: true, advice: 'Give the path of a JSON Web Key file that may be read.' },
  'crypto-unavailable': {
    definite: true,
    advice: 'Use a host with WebCrypto; a browser has it for pages that came over HTTPS.',
  },
  'signer-busy': { definite: true, advice: 'Wait for some of its signatures before asking for more.' },
  'signer-failed': { definite: true, advice: 'Nothing was signed; look at what the signer needs, and sign again.' },

  // Gateways and uploads.
  'gateway-not-found': {
    definite: true,
    advice: 'Nobody who was asked has it: wait until it is mined and indexed, or give more urls.',
  },
  'gateway-refused': { definite: true, advice: 'Correct what was asked for, or give other urls.' },
  'gateway-unreachable': { definite: true, advice: 'Try again later, or give more urls.' },
  'response-malformed': { definite: true, advice: 'It does not say what it should; give other urls.' },
  'response-over-limit': { definite: true, advice: 'Raise the limit, or give other urls.' },
  'response-unverified': { definite: true, advice: 'What came is not what was asked for; give other urls.' },
  'listing-over-limit': { definite: true, advice: 'Narrow the listing, or raise the limit.' },
  'request-aborted': { definite: false, advice: 'Of an upload, ask for its status before sending it again.' },
  'upload-refused': { definite: true, advice: 'Nothing was taken; read the reason, and mend its cause.' },
  'price-over-limit': { definite: true, advice: 'Nothing was signed; allow more winston, or ask other nodes.' },
  'upload-unconfirmed': {
    definite: false,
    advice: 'It may have been taken: ask for its status, or send the same again.',
  },
  'upload-incomplete': { definite: false, advice: 'Part of it was taken: go on with the state that was reported.' },
  'upload-invalid': { definite: true, advice: 'Go on with a state that was reported, and with the same data.' },
  'publisher-busy': {
    definite: true,
    advice: 'Close that publisher, or give other notes.',
  },
  'publisher-closed': {
    definite: false,
    advice: 'Publish again with the same notes: it goes on where it was.',
  },
  'publication-invalid': {
    definite: true,
    advice: 'Give the notes that belong to this run and its signer, or empty ones to publish all of it.',
  },

  // What AO has on Arweave.
  'module-tags-invalid': {
    definite: true,
    advice: 'No compute unit of AO takes it: name another module, or publish it again with the tags of signModule().',
  },
  'module-over-limit': { definite: true, advice: 'Raise the limit, if its processes may use so much here.' },
  'process-invalid': { definite: true, advice: 'Give the id of an item that AO has as a process.' },
  'schedule-gap': {
    definite: true,
    advice: 'Wait until all of it is mined and indexed, give other urls, or read less of it.',
  },
  'schedule-forked': {
    definite: true,
    advice: 'Wait until the scheduler has gone on from one of them, or read less of it.',
  },
  'schedule-broken': {
    definite: true,
    advice:
      'Its scheduler, or who gives the end to go on from, says another order: give other urls, or read less of it.',
  },
} as const;
