// All sinks.

import {get} from '../api.js';
import {h} from '../dom.js';
import {integer} from '../format.js';
import {badges} from '../parts/badges.js';
import {sinkCommand} from '../parts/commands.js';
import {behind, count, eta, etaOrder} from '../parts/count.js';
import {empty} from '../parts/states.js';
import {inOrder, Order, table} from '../parts/table.js';
import {MEANINGS} from '../parts/term.js';
import {name, sinkLink} from '../parts/text.js';
import {link} from '../routes.js';

export function sinks(page, parameters) {
  return new Sinks(page, parameters);
}

class Sinks {
  #page;
  #rows = null;
  #sorted;
  title = 'Sinks';

  constructor(page, parameters) {
    this.#page = page;
    this.#sorted = new Order(page, parameters, 'name');
  }

  get ready() {
    return this.#rows !== null;
  }

  async load(signal) {
    const {data} = await get('sinks', {}, signal);
    this.#rows = data;
  }

  render() {
    return [
      h('div.list-head', {key: 'head'}, h('h1', {}, 'Sinks')),
      this.#rows.length === 0
        ? empty('No sinks yet', 'A sink appears when it has read the event topic for the first time. Start one:',
          sinkCommand(this.#page.state.settings))
        : table({label: 'Sinks', columns: COLUMNS, rows: inOrder(this.#rows, COLUMNS, this.#sorted), key: row => row.name, sorted: this.#sorted}),
    ];
  }
}

const COLUMNS = [
  {title: 'Sink', sort: 'name', order: row => row.name, class: 'subject', cell: row => [sinkLink(row.name), badges(row.problems, link('parked', {sink: row.name}))]},
  {title: 'Group', sort: 'group', order: row => row.groupState, hint: 'The state of its consumer group, as Kafka names it: stable means that its partitions are assigned to instances, empty that none runs', cell: row => name(row.groupState.toLowerCase(), 'span')},
  {title: 'Instances', sort: 'instances', order: row => row.instances.length, hint: 'Running instances that report themselves', number: true, cell: row => integer(row.instances.length)},
  {title: 'Lag', sort: 'lag', order: row => row.lagEvents, number: true, hint: 'Events that it has not applied, of all queues together', cell: row => count(row.lagEvents)},
  {title: 'Behind', sort: 'behind', order: row => row.lagSeconds, number: true, hint: 'The age of the oldest of them', cell: row => behind(row.lagSeconds)},
  {title: 'ETA', sort: 'eta', order: etaOrder, hint: 'When it will have caught up, at the present rates', number: true, cell: eta},
  {title: 'In flight', sort: 'inflight', order: row => row.inFlight, hint: 'Events that were read and are not applied yet', number: true, cell: row => count(row.inFlight)},
  {title: 'Run', sort: 'run', order: row => row.effects?.run, number: true, hint: 'Effects whose action ran', class: 'rank-2', cell: row => count(row.effects?.run)},
  {title: 'Reused', sort: 'reused', order: row => row.effects?.reused, number: true, hint: MEANINGS.reused, class: 'rank-2', cell: row => count(row.effects?.reused)},
  {title: 'Failed', sort: 'failed', order: row => row.failed, number: true, hint: 'Effects whose newest result is a recorded failure', cell: row => count(row.failed, {level: 'notice'})},
  {title: 'Parked', sort: 'parked', order: row => row.parked, hint: 'Parked events', number: true, cell: row => row.parked > 0
    ? h('a.notice-text', {href: link('parked', {sink: row.name})}, integer(row.parked)) : count(row.parked)},
  {title: 'Ambiguous', sort: 'ambiguous', order: row => row.ambiguous, number: true, hint: 'Parked events whose effect has an unknown result', class: 'rank-2', cell: row => count(row.ambiguous, {level: 'notice'})},
  {title: 'Undecodable', sort: 'undecodable', order: row => row.undecodable, hint: 'Records in its dead-letter topic', number: true, class: 'rank-2', cell: row => count(row.undecodable, {level: 'notice'})},
];
