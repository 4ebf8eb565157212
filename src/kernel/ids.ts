/** Ids of customers, orders and payments, chosen by a store or a person; they are used in URLs and workflow ids. */
export const idPattern = /^(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,100}$/;
