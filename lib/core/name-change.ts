import type { Id } from './id.ts';

/** What has happened to a name under which processes can be written to. */
export type NameChange =
  | { readonly change: 'registered' | 'joined' | 'left' | 'chosen'; readonly name: string; readonly process: Id }
  | { readonly change: 'unregistered'; readonly name: string }
  | { readonly change: 'grouped'; readonly name: string; readonly routing: string; readonly keyTag?: string };
