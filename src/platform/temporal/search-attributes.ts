import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

const { IndexedValueType } = proto.temporal.api.enums.v1;

/** The search attributes that the workflows set, with their types. */
export const searchAttributeTypes = {
  NtStatus: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  NtCustomerId: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  NtDueAt: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const;

const typeNames = {
  [IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD]: 'Keyword',
  [IndexedValueType.INDEXED_VALUE_TYPE_DATETIME]: 'Datetime',
} as Record<number, string>;

/**
 * Ensures that the search attributes exist: a workflow that sets a missing one would fail forever.
 * @throws Error with the exact command to run, if one has the wrong type or cannot be added
 */
export async function ensureSearchAttributes(client: Client): Promise<void> {
  const operator = client.connection.operatorService;
  const { namespace } = client.options;
  const { customAttributes = {} } = await operator.listSearchAttributes({ namespace });
  for (const [name, type] of Object.entries(searchAttributeTypes)) {
    const present = customAttributes[name];
    const command = `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${typeNames[type]}`;
    if (present === type) continue;
    if (present !== undefined && present !== null) {
      throw new Error(
        `Temporal's search attribute ${name} does not have the type ${typeNames[type]}. Remove it (temporal operator search-attribute remove --namespace ${namespace} --name ${name}) and run: ${command}`,
      );
    }
    try {
      await operator.addSearchAttributes({ namespace, searchAttributes: { [name]: type } });
    } catch (cause) {
      throw new Error(
        `Temporal's search attribute ${name} is missing and could not be added. Run: ${command}`,
        { cause },
      );
    }
  }
}
