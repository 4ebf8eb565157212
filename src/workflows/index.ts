export { deferredOrder } from './deferred-order.ts';
export { fileImport } from './file-import.ts';
