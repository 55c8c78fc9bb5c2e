// All queues: totals, what is wrong, and a table that the server sorts, filters and pages.

import {get} from '../api.js';
import {h} from '../dom.js';
import {integer, plural, rate} from '../format.js';
import {link, replaceParameters} from '../routes.js';
import {badges, kindOf} from '../parts/badges.js';
import {sparkline} from '../parts/charts.js';
import {dispatchCommand} from '../parts/commands.js';
import {above, behind, count, eta} from '../parts/count.js';
import {empty, figures} from '../parts/states.js';
import {pager, Paging, table} from '../parts/table.js';
import {MEANINGS} from '../parts/term.js';
import {age, name, queueLink, sinkLink} from '../parts/text.js';

const SIZE = 50;

export function overview(page, parameters) {
  return new Overview(page, parameters);
}

class Overview {
  #page;
  #filter;
  #paging = new Paging(SIZE);
  #answer = null;
  title = 'Queues';

  constructor(page, {text = '', badge = '', sort = 'name', order = 'asc', after = null}) {
    this.#page = page;
    this.#filter = {text, badge, sort, order};
    this.#paging.after = after;
  }

  get ready() {
    return this.#answer !== null;
  }

  get totals() {
    return this.#answer?.totals ?? null;
  }

  async load(signal) {
    const {data} = await get('queues', {...this.#filter, limit: SIZE, after: this.#paging.after}, signal);
    this.#answer = data;
  }

  render() {
    const {totals} = this.#answer;
    return [
      h('h1.off-screen', {}, 'Queues'),
      this.#tiles(totals),
      this.#problems(totals),
      this.#notes(),
      totals.queues === 0 ? this.#none() : this.#list(),
    ];
  }

  #tiles({queues, depth, rates}) {
    return figures('All queues', [
      {title: 'Queues', value: integer(queues)},
      {title: 'Pending', value: integer(depth.pending), hint: MEANINGS.pending},
      {title: 'Leased', value: integer(depth.leased), hint: MEANINGS.leased},
      {title: 'Delayed', value: integer(depth.delayed), hint: MEANINGS.delayed},
      {title: 'Dead', value: integer(depth.dead), hint: MEANINGS.dead, level: above(depth.dead)},
      {title: 'Enqueued', value: rate(rates.enqueued), unit: '/s'},
      {title: 'Completed', value: rate(rates.completed), unit: '/s'},
      {title: 'Events', value: rate(rates.events), unit: '/s'},
    ]);
  }

  #problems({badges: counts, sinkBadges, parked, depth}) {
    const kinds = Object.entries(counts ?? {}).filter(([, count]) => count > 0);
    const ofSinks = Object.entries(sinkBadges ?? {}).filter(([kind, count]) => count > 0 && !counts[kind]);
    if (kinds.length === 0 && ofSinks.length === 0 && !this.#filter.badge) {
      return null;
    }
    const chosen = this.#filter.badge;
    if (chosen && !kinds.some(([kind]) => kind === chosen)) {
      kinds.push([chosen, 0]);
    }
    // what is counted in events, or in tasks, is not counted in queues
    const amounts = {PARKED: parked === null ? null : plural(parked, 'event'), DEAD_TASKS: plural(depth.dead, 'task')};
    return h('div.attention', {key: 'attention', role: 'group', 'aria-label': 'Queues with a problem'},
      h('span.attention-title', {}, 'Needs attention'),
      kinds.map(([kind, count]) => h(`button.badge.${kindOf(kind).level}`, {
        key: kind, type: 'button', 'aria-pressed': String(chosen === kind),
        title: chosen === kind ? 'Show all queues' : `Show only queues with: ${kindOf(kind).word}`,
        on: {click: () => this.#change({badge: chosen === kind ? '' : kind})},
      }, kindOf(kind).word, h('b', {}, amounts[kind] && count > 0 ? `${amounts[kind]} in ${plural(count, 'queue')}` : plural(count, 'queue')))),
      ofSinks.map(([kind, count]) => h(`a.badge.${kindOf(kind).level}`, {key: `sink ${kind}`, href: link('sinks'), title: 'Show the sinks'},
        kindOf(kind).word, h('b', {}, plural(count, 'sink')))));
  }

  /** What is missing although the views are current. */
  #notes() {
    const {queues, sinks} = this.#page.state.progress;
    const notes = [...queues?.notes ?? [], ...sinks?.notes ?? []];
    return notes.length > 0 && h('ul.notes', {key: 'notes', 'aria-label': 'What is not shown'}, notes.map(note => h('li', {}, name(note, 'span'))));
  }

  #list() {
    const answer = this.#answer;
    return [
      h('div.list-head', {key: 'head'},
        h('h2', {}, 'All queues'),
        h('input.filter', {
          type: 'search', 'data-filter': true, value: this.#filter.text, placeholder: 'Filter by name, or a task: orders/7/42',
          'aria-label': 'Filter queues by name, or name a task', spellcheck: 'false', autocomplete: 'off', maxlength: 1024,
          on: {
            input: event => this.#typed(event.currentTarget.value),
            keydown: event => {
              if (event.key === 'Enter' && isTask(this.#filter.text)) {
                location.hash = link('task', {id: this.#filter.text});
              }
            },
          },
        }),
        pager(answer, this.#paging, () => this.#moved(), ['queue', 'queues'])),
      isTask(this.#filter.text) && h('p.hint', {key: 'task'}, 'Open the task ', h('a', {href: link('task', {id: this.#filter.text})},
        name(this.#filter.text)), ' (Enter)'),
      answer.items.length === 0
        ? empty('No queue matches', 'Change the filter, or show all queues.')
        : table({
          label: 'Queues',
          columns: COLUMNS,
          rows: answer.items,
          key: row => row.queue.name,
          sorted: {by: this.#filter.sort, order: this.#filter.order, change: (sort, order) => this.#change({sort, order})},
        }),
      answer.items.length === 0 && h('p', {}, h('button', {type: 'button', on: {click: () => this.#change({text: '', badge: ''})}}, 'Show all queues')),
    ];
  }

  #none() {
    return empty('No queues yet',
      'A queue appears with the first event that its dispatcher publishes. Start a dispatcher that uses this cluster and this event topic:',
      dispatchCommand(this.#page.state.settings));
  }

  #typing = null;

  #typed(text) {
    this.#filter.text = text.trim();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#change({}), 120);
  }

  #change(changes) {
    this.#filter = {...this.#filter, ...changes};
    this.#paging.reset();
    replaceParameters({...this.#filter, after: null});
    this.#page.reload();
  }

  #moved() {
    replaceParameters({after: this.#paging.after});
    this.#page.reload();
  }
}

function isTask(text) {
  return /^.+\/\d+\/\d+$/s.test(text);
}

function unread() {
  return h('span.faint', {title: 'No sink reads this queue'}, '–');
}

const COLUMNS = [
  {title: 'Queue', sort: 'name', class: 'subject', cell: ({queue, problems}) => [queueLink(queue.name), badges(problems, link('parked', {queue: queue.name}))]},
  {title: 'Owner', sort: 'owner', hint: 'The dispatcher that claimed the queue last', class: 'owner', cell: ({owner}) => owner
    ? h('span.peer', {title: `Claimed the queue at ${owner.claimedAt}`}, name(owner.peer)) : h('span.faint', {}, '–')},
  {title: 'Epoch', sort: 'epoch', number: true, class: 'rank-3', hint: MEANINGS.epoch,
    cell: ({queue}) => integer(queue.epoch)},
  {title: 'Pending', sort: 'pending', hint: MEANINGS.pending, number: true, cell: ({queue}) => count(queue.depth.pending)},
  {title: 'Leased', sort: 'leased', hint: MEANINGS.leased, number: true, class: 'rank-2', cell: ({queue}) => count(queue.depth.leased)},
  {title: 'Delayed', sort: 'delayed', hint: MEANINGS.delayed, number: true, class: 'rank-2', cell: ({queue}) => count(queue.depth.delayed)},
  {title: 'Dead', sort: 'dead', hint: MEANINGS.dead, number: true, cell: ({queue}) => count(queue.depth.dead, {level: 'notice'})},
  {title: 'Depth', sort: 'depth', class: 'course', hint: 'Tasks that are pending, leased or delayed, over the last minutes; sorts by how many there are now', cell: ({spark, queue}) => sparkline(spark, `Depth of ${queue.name}`)},
  {title: 'Oldest', sort: 'oldest', number: true, hint: 'Since when the oldest pending task has waited', class: 'rank-2',
    cell: ({queue}) => age(queue.oldestPendingAt)},
  {title: 'In/s', sort: 'in', number: true, hint: 'Tasks enqueued a second, over the last minute', cell: ({queue}) => count(queue.rates.enqueued, {format: rate})},
  {title: 'Done/s', sort: 'done', number: true, hint: 'Tasks completed a second, over the last minute',
    cell: ({queue}) => count(queue.rates.completed, {format: rate})},
  {title: 'Slowest sink', sort: 'sink', hint: 'The sink with the greatest lag in this queue', class: 'rank-3', cell: ({worst}) => worst ? sinkLink(worst.sink) : h('span.faint', {}, '–')},
  {title: 'Lag', sort: 'lag', number: true, hint: 'Events that the slowest sink has not applied', cell: ({worst}) => worst ? count(worst.lagEvents) : unread()},
  {title: 'Behind', sort: 'behind', number: true, hint: 'How long ago the oldest event occurred that it has not applied',
    cell: ({worst}) => worst ? behind(worst.lagSeconds) : unread()},
  {title: 'ETA', sort: 'eta', number: true, hint: 'When it will have caught up, at the present rates', cell: ({worst}) => worst ? eta(worst) : unread()},
];
