import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Where the order stands: reserved, open, settled, cancelled, written_off. */
export const NtStatus = defineSearchAttributeKey('NtStatus', SearchAttributeType.KEYWORD);
/** The API's customer id. */
export const NtCustomerId = defineSearchAttributeKey('NtCustomerId', SearchAttributeType.KEYWORD);
/** The earliest due date that is still unpaid. */
export const NtDueAt = defineSearchAttributeKey('NtDueAt', SearchAttributeType.DATETIME);
