export { deferredOrder } from './deferred-order.ts';
export { fileImport } from './file-import.ts';
export { letter } from './letter.ts';
export { revoke } from './revoke.ts';
