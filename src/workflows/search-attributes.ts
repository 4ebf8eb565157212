import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** The order's status: reserved, open, settled, cancelled, written_off. */
export const NtStatus = defineSearchAttributeKey('NtStatus', SearchAttributeType.KEYWORD);
/** The API's customer id. */
export const NtCustomerId = defineSearchAttributeKey('NtCustomerId', SearchAttributeType.KEYWORD);
/** The earliest due date that is still unpaid. */
export const NtDueAt = defineSearchAttributeKey('NtDueAt', SearchAttributeType.DATETIME);
