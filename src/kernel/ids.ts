/** Ids of customers, orders and payments, as a store or a person makes them: they go into addresses and workflow ids. */
export const idPattern = /^(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,100}$/;
