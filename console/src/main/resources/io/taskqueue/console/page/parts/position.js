// How far sinks have come.

import {h} from '../dom.js';
import {duration, integer, position, rate} from '../format.js';
import {name, queueLink, sinkLink} from './text.js';

/** When a sink will have caught up. */
export function eta({lagEvents, etaSeconds}) {
  if (lagEvents === 0) {
    return h('span.faint', {title: 'It has applied everything'}, 'caught up');
  }
  return etaSeconds === null || etaSeconds === undefined
    ? h('span.notice-text', {title: 'The lag does not shrink at the present rates, or they are not known yet'}, 'not shrinking')
    : h('span', {title: 'At the present rates of the queue and of the sink'}, duration(etaSeconds));
}

/** The columns of positions, of the sinks of a queue or of the queues of a sink. */
export function positionColumns(subject) {
  return [
    subject === 'sink'
      ? {title: 'Sink', class: 'subject', cell: row => sinkLink(row.sink)}
      : {title: 'Queue', sort: 'queue', class: 'subject', cell: row => queueLink(row.queueName)},
    {title: 'Position', number: true, hint: 'Epoch and sequence number up to which everything is applied or parked', cell: row => position(row)},
    {title: 'Lag', sort: 'lag', number: true, hint: 'Events that are not applied', cell: row => faintZero(row.lagEvents, integer)},
    {title: 'Behind', number: true, hint: 'How long ago the oldest of them occurred', cell: row => faintZero(row.lagSeconds, duration)},
    {title: 'ETA', sort: 'eta', number: true, hint: 'When it will have caught up, at the present rates', cell: eta},
    {title: 'Applied/s', sort: 'rate', number: true, cell: row => faintZero(row.appliedPerSecond, rate)},
    {title: 'In flight', number: true, class: 'rank-2', cell: row => faintZero(row.inFlight, integer)},
    {title: 'Parked', sort: 'parked', number: true, cell: row => row.parked === 0 ? h('span.faint', {}, '0') : h('span.notice-text', {}, integer(row.parked))},
    {title: 'Missing', class: 'rank-2', hint: 'Events that the sink found missing', cell: row => row.diverged ? h('span.serious-text', {}, name(row.diverged)) : ''},
  ];
}

function faintZero(number, format) {
  return number === 0 ? h('span.faint', {}, format(0)) : format(number);
}
