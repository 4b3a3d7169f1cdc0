import { arweaveErrorCodes } from './arweave-error-codes.ts';

/**
 * Every way heddle refuses or fails. `definite` says what the caller may rely on: true, nothing happened; false, it may
 * have. `advice` is what to do next and ends the error's message.
 */
export const errorCodes = {
  // What a caller handed in.
  'id-invalid': { definite: true, advice: 'Give 43 characters of base64url that spell 32 bytes.' },
  'option-invalid': { definite: true, advice: 'Correct the option; its documentation says what it takes.' },
  'sender-invalid': {
    definite: true,
    advice: 'Give a wallet address, or for a plain send the id of a process to speak for.',
  },
  'sender-forged': {
    definite: true,
    advice: 'Only the system says for which process a message speaks: send without From-Process, as the wallet it is.',
  },
  'tags-invalid': { definite: true, advice: 'Give tags whose names are non-empty text and whose values are text.' },
  'tags-over-limit': { definite: true, advice: 'Move what is long into the data, or raise the limit.' },
  'data-invalid': { definite: true, advice: 'Give the data as text.' },
  'data-over-limit': { definite: true, advice: 'Send less data, or raise the limit.' },
  'anchor-invalid': { definite: true, advice: 'Give an anchor of 32 bytes, or none.' },
  'message-unknown': { definite: true, advice: 'Assign a message that has a slot in this system.' },
  'message-duplicate': {
    definite: true,
    advice: 'It has its slot already: read that outcome instead of sending again.',
  },

  'process-elsewhere': {
    definite: true,
    advice: 'Somebody else gives it its slots: send to its scheduler, or go on with its schedule here by takeOver().',
  },
  'cron-unsupported': {
    definite: true,
    advice: 'Restore a process without Cron-Interval; of others the state depends on messages that no schedule has.',
  },
  'item-unassigned': {
    definite: true,
    advice: 'Restore it from a checkpoint of somebody whom you trust; older processes can be restored in no other way.',
  },
  'process-duplicate': { definite: true, advice: 'It is in this system already: system.process() gives it.' },
  'assignment-invalid': {
    definite: true,
    advice: 'Give the assignments that its scheduler made, in their order and none left out.',
  },
  'slot-unavailable': { definite: true, advice: 'It is not in the log of this system: ask whoever evaluated it.' },
  'sent-elsewhere': { definite: true, advice: 'It was let out where the slot was given; nothing has to be done.' },

  'delivery-waiting': {
    definite: false,
    advice: 'It waits for room and gets its slot when the process runs again; look for it in the trace.',
  },

  // Modules.
  'module-invalid': { definite: true, advice: 'Give the bytes of a WebAssembly module.' },
  'module-unreadable': { definite: true, advice: 'Give the path of a WebAssembly file that may be read.' },
  'module-without-handle': {
    definite: true,
    advice: 'Give a module built for AO: it exports memory and a function handle that takes two pointers.',
  },
  'module-format-unsupported': {
    definite: true,
    advice: 'Give a module of a supported format; the documentation of wasm() lists them.',
  },
  'module-import-unsupported': {
    definite: true,
    advice: 'Build the module without that import, or with a supported format.',
  },
  'wasi-module-unsupported': {
    definite: true,
    advice: 'Build it for WASI preview 1 as a command, or as a reactor that exports handle; wasi() says what each is.',
  },
  'module-duplicate': {
    definite: true,
    advice: 'Make a module once and share it; give behaviors that differ different names.',
  },
  'module-unknown': { definite: true, advice: 'Register the module under that id with system.define() first.' },
  'memory64-unavailable': {
    definite: true,
    advice: 'Use a runtime with 64-bit WebAssembly memory, or a 32-bit build.',
  },
  'metering-unavailable': {
    definite: true,
    advice: 'Install @permaweb/wasm-metering, which makes modules of the metered formats count their gas.',
  },
  'memory-unavailable': {
    definite: true,
    advice: 'Close processes that are not needed, or give the host more memory.',
  },

  // Processes.
  'process-unknown': { definite: true, advice: 'Spawn it in this system first; system.processes lists what is there.' },
  'process-failed': { definite: true, advice: 'Read the reason, mend its cause, then call process.restart().' },
  'process-stopped': { definite: true, advice: 'Spawn another process; a stopped one takes no more mail.' },
  'process-crashed': { definite: false, advice: 'The supervisor restarts it; read the trace for how often and why.' },
  'request-invalid': {
    definite: true,
    advice:
      'Send the supervisor an Action that it knows with the tags that it takes; the documentation of Turn lists them.',
  },
  'bonds-over-limit': { definite: true, advice: 'Watch and link fewer processes, or raise the limit.' },
  'name-invalid': {
    definite: true,
    advice: 'Give a name of at most 100 letters, digits and _ . : / -, which cannot be taken for an address.',
  },
  'name-taken': { definite: true, advice: 'Choose another name, or unregister the one that has it.' },
  'name-unknown': { definite: true, advice: 'Register the name, or make the group, first.' },
  'names-over-limit': { definite: true, advice: 'Use fewer names, or raise the limit.' },
  'group-empty': { definite: true, advice: 'Have a process join that takes mail before writing to the group.' },
  'processes-over-limit': { definite: true, advice: 'Stop what spawns, or raise the limit.' },
  'mailbox-full': { definite: true, advice: 'Let the process run before sending more, or raise its mailbox limit.' },
  'rate-over-limit': { definite: true, advice: 'Let time pass before sending more, or raise the rate of its mailbox.' },
  'lifecycle-invalid': { definite: true, advice: 'Look at process.status before asking for this.' },

  // What a guest did: these stand in outcomes, and state is as before the message.
  'guest-trap': { definite: true, advice: 'The message took its slot and changed nothing; look at the module.' },
  'guest-exit': { definite: true, advice: 'The message took its slot and changed nothing; a module must not exit.' },
  'wasi-exit': {
    definite: true,
    advice: 'The message took its slot and changed nothing; a program that succeeds exits with 0.',
  },
  'guest-over-gas': {
    definite: true,
    advice:
      'The message took its slot and changed nothing; end its loop, or raise the limit turnGas or the Compute-Limit.',
  },
  'guest-over-memory': {
    definite: true,
    advice: 'Have the process use less, or raise its Memory-Limit and the limit memoryBytes.',
  },
  'guest-over-time': {
    definite: true,
    advice: 'The message took its slot and changed nothing; end its loop, or raise the time limit.',
  },
  'drive-file-missing': {
    definite: true,
    advice:
      'The message took its slot and changed nothing; read what is on Arweave, and was attested before its block.',
  },
  'drive-mode-unsupported': {
    definite: true,
    advice: 'The message took its slot and changed nothing; use the Availability-Type Assignments or Individual.',
  },
  'drive-over-limit': {
    definite: true,
    advice: 'The message took its slot and changed nothing; read less in one turn, or raise the limit driveBytes.',
  },
  'drive-unavailable': {
    definite: false,
    advice: 'The message keeps its slot and is evaluated when the process is restarted; look at where the drive reads.',
  },
  'result-malformed': {
    definite: true,
    advice:
      'A module returns {"ok":…,"response":{…}} as AO defines it; a behavior or an executor, an outcome of plain JSON.',
  },
  'state-invalid': { definite: true, advice: 'Keep the state of a behavior plain data that structuredClone can copy.' },
  'message-changed': {
    definite: true,
    advice: 'Keep what belongs to the process in its state; a message belongs to nobody.',
  },
  'turn-over': { definite: true, advice: 'Send while receive runs, and keep no turn beyond it.' },
  'stash-invalid': {
    definite: true,
    advice: 'Stash in the receive of a behavior; what init or a machine puts off belongs into its state.',
  },
  'stash-over-limit': {
    definite: true,
    advice: 'The message took its slot and changed nothing; unstash or refuse earlier, or raise the limit.',
  },
  'receive-asynchronous': { definite: true, advice: 'Return the new state itself; turns do not wait.' },
  'machine-invalid': {
    definite: true,
    advice: 'Give a machine of XState 5, and declare the actors it spawns or invokes in setup({ actors }).',
  },
  'machine-asynchronous': {
    definite: true,
    advice: 'Use machines and transition functions as actors; to wait for others, send a message and handle the reply.',
  },
  'outbox-incomplete': {
    definite: true,
    advice: 'It was not delivered; send messages with Target, Anchor and text Tags.',
  },

  // Worker threads.
  'worker-unavailable': {
    definite: true,
    advice: 'Keep the worker files of the package beside it, or set workers to 0.',
  },
  'worker-failed': {
    definite: true,
    advice: 'What it was doing is done again in another thread; if that fails too, look at the module.',
  },
  'worker-ended': { definite: true, advice: 'What it had to do is done in another thread.' },

  'timers-over-limit': { definite: true, advice: 'Set fewer timers, or raise the limit.' },

  ...arweaveErrorCodes,

  // Running.
  'ask-timeout': {
    definite: false,
    advice: 'The message has its slot and may still be answered; wait longer or look at its outcome.',
  },
  'run-over-limit': {
    definite: false,
    advice: 'Messages are still in flight: look for processes that answer each other for ever, or allow more turns.',
  },
  'scheduler-invalid': {
    definite: false,
    advice: 'A scheduler returns each process as often as it was told of an arrival.',
  },
  divergence: {
    definite: false,
    advice: 'The module is not deterministic, or is not the one recorded; compare both sides.',
  },
  'recording-invalid': { definite: true, advice: 'Give a recording made by system.record() of a compatible version.' },
  'history-trimmed': {
    definite: true,
    advice: 'It is not in the store any more: keep more with the option retention, or read it before system.trim().',
  },
  'checkpoint-invalid': { definite: true, advice: 'Start from another checkpoint, or from slot 0.' },
  'trace-overflow': { definite: true, advice: 'Read the trace faster, or use a listener.' },
  'store-failed': {
    definite: false,
    advice: 'Mend the cause, close the system and open it again on the same store: what was committed is there.',
  },
  'store-locked': { definite: true, advice: 'Close the other one, or give another folder.' },
  'store-invalid': {
    definite: true,
    advice: 'Give an empty folder or one that this version can read; nothing in it was changed.',
  },
  'store-damaged': {
    definite: true,
    advice: 'Put it back from a copy, or look at it with checkStore() and keep what is good with repairStore().',
  },
  'system-closed': { definite: true, advice: 'Create another system.' },
} as const satisfies Record<string, { readonly definite: boolean; readonly advice: string }>;

/** What went wrong, as a word a program can compare. */
export type ErrorCode = keyof typeof errorCodes;
