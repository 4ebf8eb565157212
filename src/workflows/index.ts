export { deferredOrder } from './deferred-order.ts';
