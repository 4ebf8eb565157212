-- Since when, and until when, an order is owed, without reading the order.
drop index orders_charged;
create index orders_charged on orders (id) include (customer_id, currency, confirmed_at, closed_at);
-- What was booked since a day, without reading the entries.
drop index ledger_by_time;
create index ledger_by_time on ledger (booked_at) include (account, currency, order_id, instalment, amount);
-- Of a period: the money received, what credit without a payment paid, what was taken back, and what was cancelled.
create index payments_by_receipt on payments (received_on) include (payment_id);
create index ledger_credit_moved on ledger (booked_at) where kind = 'allocation' and payment_id is null;
create index ledger_reversals on ledger (booked_at) where kind = 'reversal';
create index ledger_cancellations on ledger (booked_at) where kind = 'cancellation';
