-- What would be due in a month in which the customer is closed is due on a day of the following one.
alter table customers add column closed_months jsonb not null default '[]';

-- The early-payment discount that was offered with the order: percent, until, amount, payable.
alter table orders add column discount jsonb;

-- Settings that were written before say nothing of these.
update policies set body = '{"region": null, "saturdays": "open"}' || body where kind = 'settings';
