// All sinks.

import {get} from '../api.js';
import {h} from '../dom.js';
import {integer} from '../format.js';
import {badges} from '../parts/badges.js';
import {sinkCommand} from '../parts/commands.js';
import {behind, count, eta} from '../parts/count.js';
import {empty} from '../parts/states.js';
import {table} from '../parts/table.js';
import {name, sinkLink} from '../parts/text.js';
import {link} from '../routes.js';

export function sinks(page) {
  return new Sinks(page);
}

class Sinks {
  #page;
  #rows = null;
  title = 'Sinks';

  constructor(page) {
    this.#page = page;
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
        : table({label: 'Sinks', columns: COLUMNS, rows: this.#rows, key: row => row.name}),
    ];
  }
}

const COLUMNS = [
  {title: 'Sink', class: 'subject', cell: row => [sinkLink(row.name), badges(row.problems, link('parked', {sink: row.name}))]},
  {title: 'State', cell: row => name(row.groupState.toLowerCase(), 'span')},
  {title: 'Instances', number: true, cell: row => integer(row.instances.length)},
  {title: 'Lag', number: true, hint: 'Events that it has not read', cell: row => count(row.lagEvents)},
  {title: 'Behind', number: true, hint: 'The age of the oldest of them', cell: row => behind(row.lagSeconds)},
  {title: 'ETA', number: true, cell: eta},
  {title: 'In flight', number: true, cell: row => count(row.inFlight)},
  {title: 'Run', number: true, hint: 'Effects whose action ran', class: 'rank-2', cell: row => count(row.effects?.run)},
  {title: 'Reused', number: true, hint: 'Effects answered from a recorded result', class: 'rank-2', cell: row => count(row.effects?.reused)},
  {title: 'Failed', number: true, hint: 'Effects whose newest result is a recorded failure', cell: row => count(row.failed, {level: 'notice'})},
  {title: 'Parked', number: true, cell: row => row.parked > 0
    ? h('a.notice-text', {href: link('parked', {sink: row.name})}, integer(row.parked)) : count(row.parked)},
  {title: 'Ambiguous', number: true, hint: 'Parked events whose effect has an unknown result', class: 'rank-2', cell: row => count(row.ambiguous, {level: 'notice'})},
  {title: 'Undecodable', number: true, class: 'rank-2', cell: row => count(row.undecodable, {level: 'notice'})},
];
