import type { temporal } from '@temporalio/proto';
import proto from '@temporalio/proto';

const { EventType } = proto.temporal.api.enums.v1;
type Event = temporal.api.history.v1.IHistoryEvent;

/** The kind of an event as Temporal's web UI names it, such as "ActivityTaskScheduled". */
export function kindOf({ eventType }: Event): string {
  const name = EventType[eventType!] ?? 'unknown';
  return name
    .replace('EVENT_TYPE_', '')
    .toLowerCase()
    .replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const billedOnceEach = new Set([
  'WorkflowExecutionStarted',
  'UpsertWorkflowSearchAttributes',
  'ActivityTaskScheduled',
  'TimerStarted',
  'WorkflowExecutionSignaled',
]);

/**
 * What Temporal Cloud would bill for a history of workflows like ours (docs.temporal.io/evaluate/cloud/actions): the
 * start; each upsert of search attributes, activity, timer and signal; each retry of an activity; and all local
 * activities of one workflow task together. Queries and heartbeats leave no event and are not counted.
 */
export function billableActions(history: readonly Event[]): number {
  const once = history.filter((event) => billedOnceEach.has(kindOf(event))).length;
  const retries = history
    .map(({ activityTaskStartedEventAttributes: started }) => (started?.attempt ?? 1) - 1)
    .reduce((sum, more) => sum + more, 0);
  const tasksWithMarkers = new Set(
    history.flatMap(({ markerRecordedEventAttributes: marker }) =>
      marker ? [`${marker.workflowTaskCompletedEventId}`] : [],
    ),
  );
  return once + retries + tasksWithMarkers.size;
}
