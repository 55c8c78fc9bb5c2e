// How far sinks have come.

import {h} from '../dom.js';
import {position, rate} from '../format.js';
import {behind, count, eta, etaOrder} from './count.js';
import {name, queueLink, sinkLink} from './text.js';

/** The columns of positions, of the sinks of a queue or of the queues of a sink. */
export function positionColumns(subject) {
  return [
    subject === 'sink'
      ? {title: 'Sink', sort: 'sink', order: row => row.sink, class: 'subject', cell: row => sinkLink(row.sink)}
      : {title: 'Queue', sort: 'queue', class: 'subject', cell: row => queueLink(row.queueName)},
    {title: 'Position', sort: 'position', order: row => row.epoch * 1e9 + row.sequence, number: true, hint: 'Epoch and sequence number up to which everything is applied or parked', cell: row => position(row)},
    {title: 'Lag', sort: 'lag', order: row => row.lagEvents, number: true, hint: 'Events that are not applied', cell: row => count(row.lagEvents)},
    {title: 'Behind', sort: 'behind', order: row => row.lagSeconds, number: true, hint: 'How long ago the oldest of them occurred', cell: row => behind(row.lagSeconds)},
    {title: 'ETA', sort: 'eta', order: etaOrder, number: true, hint: 'When it will have caught up, at the present rates', cell: eta},
    {title: 'Applied/s', sort: 'rate', hint: 'Events applied a second, over the last minute', order: row => row.appliedPerSecond, number: true, cell: row => count(row.appliedPerSecond, {format: rate})},
    {title: 'In flight', sort: 'inflight', hint: 'Events that were read and are not applied yet', order: row => row.inFlight, number: true, class: 'rank-2', cell: row => count(row.inFlight)},
    {title: 'Parked', sort: 'parked', order: row => row.parked, number: true, cell: row => count(row.parked, {level: 'notice'})},
    {title: 'Missing', sort: 'missing', order: row => row.diverged, when: row => row.diverged !== null, class: 'rank-2', hint: 'Events that the sink found missing', cell: row => row.diverged ? h('span.serious-text', {}, name(row.diverged)) : h('span.faint', {}, 'none')},
  ];
}
