-- What was booked in a period, and since a day.
create index ledger_by_time on ledger (booked_at);
-- Whose an order is, and since when it is owed, without reading the order.
create index orders_charged on orders (id) include (customer_id, currency, confirmed_at);
