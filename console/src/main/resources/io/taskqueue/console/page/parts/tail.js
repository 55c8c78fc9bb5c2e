// The events of a queue as they come: the newest first, at most so many, with pause and filter.

import {h} from '../dom.js';
import {integer} from '../format.js';
import {leaseOf} from './life.js';
import {beside, section} from './states.js';
import {table} from './table.js';
import {at, name, taskLink} from './text.js';

const KEPT = 500;
const SHOWN = 60;
/** Events that come fast are drawn together. */
const DRAW_EACH = 250;

export class Tail {
  #draw;
  #events = [];
  #paused = null;
  #text = '';
  #lost = null;
  #timer = null;
  #count = 0;

  constructor(draw) {
    this.#draw = draw;
  }

  add(event) {
    this.#count++;
    this.#events.unshift(event);
    this.#events.length = Math.min(this.#events.length, KEPT);
    if (this.#paused === null) {
      this.#soon();
    }
  }

  /** The server does not have the events since the connection was lost. */
  reset(reason) {
    this.#lost = reason;
    this.#soon();
  }

  close() {
    clearTimeout(this.#timer);
  }

  render() {
    const events = (this.#paused?.events ?? this.#events).filter(event => matches(event, this.#text)).slice(0, SHOWN);
    const waiting = this.#paused === null ? 0 : this.#count - this.#paused.count;
    return section('Live events', beside(
      h('button', {type: 'button', 'aria-pressed': String(this.#paused !== null), on: {click: () => this.#toggle()}},
        this.#paused === null ? 'Pause' : `Continue${waiting > 0 ? ` (${integer(waiting)} new)` : ''}`),
      h('input.filter', {
        type: 'search', value: this.#text, placeholder: 'Filter by kind, task or error', 'aria-label': 'Filter live events', spellcheck: 'false',
        on: {input: event => { this.#text = event.currentTarget.value; this.#draw(); }},
      })),
    this.#lost && h('p.note', {role: 'status'}, name(this.#lost, 'span')),
    events.length === 0
      ? h('p.waiting', {}, this.#text ? 'No event that came since matches.' : 'Events appear here as the dispatcher publishes them.')
      : table({label: 'Live events', columns: COLUMNS, rows: events, key: event => `${event.partition}-${event.offset}`}));
  }

  #toggle() {
    this.#paused = this.#paused === null ? {events: [...this.#events], count: this.#count} : null;
    this.#draw();
  }

  #soon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, DRAW_EACH);
  }
}

function matches(event, text) {
  const wanted = text.toLowerCase();
  return wanted === '' || [event.kind, event.taskId, event.lease, event.error].some(field => field?.toLowerCase().includes(wanted));
}

function none() {
  return h('span.faint', {}, '–');
}

const COLUMNS = [
  {title: 'Time', cell: event => at(event.occurredAt)},
  {title: 'Event', cell: event => name(event.kind, 'span')},
  {title: 'Task', class: 'identity', cell: event => event.taskId === null ? none() : taskLink(event.taskId)},
  {title: 'Attempt', number: true, cell: event => event.attempt === 0 ? none() : integer(event.attempt)},
  {title: 'Position', number: true, class: 'rank-2', cell: event => `${event.epoch}/${event.sequence}`},
  {title: 'Lease', hint: 'The lease that the event is about; one that has ended is marked', when: event => event.lease !== null, class: 'rank-2',
    cell: event => event.lease === null ? none() : h('span', {title: leaseOf(event).title}, leaseOf(event).held ? '' : h('span.faint', {}, 'ended '), name(event.lease))},
  {title: 'Error', when: event => event.error !== null, class: 'wide full', cell: event => event.error === null ? none() : h('span.clip', {title: event.error}, name(event.error, 'span'))},
];
