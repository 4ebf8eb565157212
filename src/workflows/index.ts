export { deferredOrder } from './deferred-order.ts';
export { revoke } from './revoke.ts';
