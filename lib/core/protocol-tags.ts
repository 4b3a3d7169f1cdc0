import { frozenTag } from './tags.ts';

/** The tags by which AO's units know its messages and processes. */
export const dataProtocol = frozenTag('Data-Protocol', 'ao');
export const variant = frozenTag('Variant', 'ao.TN.1');
export const messageType = frozenTag('Type', 'Message');
export const processType = frozenTag('Type', 'Process');
