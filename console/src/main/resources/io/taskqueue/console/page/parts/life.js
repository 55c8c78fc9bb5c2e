// What the events of a task mean: how long it waited, which attempts it had, and how each ended. No elements here.

/** What an event does to its task. */
const MEANINGS = {
  Enqueued: {after: 'pending', word: 'enqueued'},
  Available: {after: 'pending', word: 'delay has passed'},
  Restored: {after: 'pending', word: 'restored'},
  Snapshot: {after: null, word: 'written again'},
  LeaseGranted: {after: 'leased', word: 'leased'},
  Heartbeat: {after: 'leased', word: 'lease extended'},
  Completed: {after: null, word: 'completed', level: 'good'},
  Failed: {after: 'delayed', word: 'failed', level: 'notice'},
  LeaseExpired: {after: 'delayed', word: 'lease expired', level: 'notice'},
  Requeued: {after: 'pending', word: 'pending again'},
  DeadLettered: {after: 'dead', word: 'dead: attempts used up', level: 'serious'},
  Drained: {after: 'drained', word: 'drained'},
};

export function meaning(kind) {
  return MEANINGS[kind] ?? {after: null, word: kind};
}

/** Events that end a lease, or come after its end: their lease is not one that is held. */
const ENDS = new Set(['Completed', 'Failed', 'LeaseExpired', 'DeadLettered', 'Drained']);
const AFTER = new Set(['Requeued', 'Restored']);

/** What the lease of an event is: held, ended by the event, or ended before it. */
export function leaseOf(event) {
  return AFTER.has(event.kind) ? {held: false, before: 'lease that ended: ', title: 'The lease of the attempt before, which has ended'}
    : ENDS.has(event.kind) ? {held: false, before: 'ended lease ', title: 'The lease that ends with this event'}
      : {held: true, before: 'lease ', title: 'The lease that is held'};
}

/** Whether a task that enters the queue is delayed there. */
const waits = (event) => (event.kind === 'Enqueued' || event.kind === 'Restored') && Boolean(event.availableAt);

/** The phases that a task went through: [{phase, from, to}] in milliseconds; the last one of a live task ends now. */
export function phases(events, now) {
  const result = [];
  events.forEach((event, index) => {
    const after = waits(event) ? 'delayed' : meaning(event.kind).after;
    const from = Date.parse(event.occurredAt);
    const next = events[index + 1];
    if (after === null || (!next && now === null)) {
      return;
    }
    const to = next ? Date.parse(next.occurredAt) : now;
    const last = result[result.length - 1];
    if (last && last.phase === after && last.to === from) {
      last.to = to;
    } else {
      result.push({phase: after, from, to: Math.max(from, to), attempt: event.attempt});
    }
  });
  return result;
}

/** The attempts: [{attempt, begunAt, endedAt, ending, error, lease}]; an attempt that runs has no ending. */
export function attempts(events) {
  const result = [];
  for (const event of events) {
    const current = result[result.length - 1];
    if (event.kind === 'LeaseGranted') {
      result.push({attempt: event.attempt, begunAt: event.occurredAt, endedAt: null, ending: null, error: null, lease: event.lease});
    } else if (current && current.endedAt === null && ['Completed', 'Failed', 'LeaseExpired', 'Drained', 'DeadLettered'].includes(event.kind)) {
      Object.assign(current, {endedAt: event.occurredAt, ending: event.kind, error: event.error});
    }
  }
  return result;
}
