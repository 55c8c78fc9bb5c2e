// How far sinks have come.

import {h} from '../dom.js';
import {position, rate} from '../format.js';
import {behind, count, eta} from './count.js';
import {name, queueLink, sinkLink} from './text.js';

/** The columns of positions, of the sinks of a queue or of the queues of a sink. */
export function positionColumns(subject) {
  return [
    subject === 'sink'
      ? {title: 'Sink', class: 'subject', cell: row => sinkLink(row.sink)}
      : {title: 'Queue', sort: 'queue', class: 'subject', cell: row => queueLink(row.queueName)},
    {title: 'Position', number: true, hint: 'Epoch and sequence number up to which everything is applied or parked', cell: row => position(row)},
    {title: 'Lag', sort: 'lag', number: true, hint: 'Events that are not applied', cell: row => count(row.lagEvents)},
    {title: 'Behind', number: true, hint: 'How long ago the oldest of them occurred', cell: row => behind(row.lagSeconds)},
    {title: 'ETA', sort: 'eta', number: true, hint: 'When it will have caught up, at the present rates', cell: eta},
    {title: 'Applied/s', sort: 'rate', number: true, cell: row => count(row.appliedPerSecond, {format: rate})},
    {title: 'In flight', number: true, class: 'rank-2', cell: row => count(row.inFlight)},
    {title: 'Parked', sort: 'parked', number: true, cell: row => count(row.parked, {level: 'notice'})},
    {title: 'Missing', class: 'rank-2', hint: 'Events that the sink found missing', cell: row => row.diverged ? h('span.serious-text', {}, name(row.diverged)) : ''},
  ];
}
