// One queue: its depth and throughput over time, its tasks, how far sinks have come with it, and its events as they come.

import {get} from '../api.js';
import {h} from '../dom.js';
import {integer, plural, position, rate} from '../format.js';
import {link, replaceParameters} from '../routes.js';
import {problemList} from '../parts/badges.js';
import {timeChart} from '../parts/charts.js';
import {retryAllCommand, sinkCommand} from '../parts/commands.js';
import {above, count} from '../parts/count.js';
import {positionColumns} from '../parts/position.js';
import {beside, empty, figures, section} from '../parts/states.js';
import {inOrder, Order, pager, Paging, table} from '../parts/table.js';
import {Tail} from '../parts/tail.js';
import {MEANINGS, term} from '../parts/term.js';
import {age, ago, command, copy, name, taskLink} from '../parts/text.js';

const SIZE = 15;
const FAILED = [['', 'any'], ['1', '1 or more'], ['2', '2 or more'], ['3', '3 or more'], ['5', '5 or more']];
const PHASES = ['pending', 'leased', 'delayed', 'dead', 'completed', 'drained', 'handed-over'];

export function queue(page, parameters) {
  return new Queue(page, parameters);
}

class Queue {
  #page;
  #name;
  #filter;
  #paging = new Paging(SIZE);
  #tail;
  #sorted;
  #queue = null;
  #history = [];
  #tasks = null;

  constructor(page, parameters) {
    const {name: queueName = '', phase = '', failed = '', text = '', after = null} = parameters;
    this.#page = page;
    this.#name = queueName;
    this.#filter = {phase, failed, text};
    this.#paging.after = after;
    this.#sorted = new Order(page, parameters, 'lag', 'desc');
    this.#tail = new Tail(() => page.draw());
    this.title = `Queue ${queueName}`;
  }

  get follows() {
    return this.#name;
  }

  get ready() {
    return this.#queue !== null;
  }

  event(type, data) {
    if (type === 'change') {
      this.#tail.add(data);
    } else if (type === 'reset') {
      this.#tail.reset(data.reason);
    }
  }

  async load(signal) {
    // one request, so that all that is shown is of one moment
    const {data} = await get('queue', {name: this.#name, ...this.#filter, limit: SIZE, after: this.#paging.after}, signal);
    this.#queue = data;
    this.#history = data.history;
    this.#tasks = data.tasks;
  }

  close() {
    this.#tail.close();
  }

  render() {
    const {queue: of, owner, problems, positions} = this.#queue;
    return [
      h('div.view-head', {key: 'head'}, h('h1', {}, h('span.crumb', {}, 'Queue '), name(of.name)), copy(of.name, 'the name of the queue'),
        h('p.facts', {},
          owner ? h('span', {}, 'Owner ', h('b', {}, name(owner.peer)), ' for ', age(owner.claimedAt)) : h('span', {}, 'No owner'),
          h('span', {}, term('Position', `The epoch and the sequence number of the newest event. ${MEANINGS.epoch}`), ' ', h('b', {}, position(of))),
          h('span', {}, `Partition ${of.partition}`),
          h('span', {}, 'Last event ', ago(of.lastEventAt)),
          of.staleEvents > 0 && h('span', {}, term(plural(of.staleEvents, 'fenced event'), MEANINGS.fenced)))),
      problemList(problems, link('parked', {queue: of.name})),
      of.depth.dead > 0 && h('div', {key: 'retry'}, h('p.note', {}, 'To retry its dead tasks, when the cause is fixed; without --execute it is a dry run:'), command(retryAllCommand(this.#page.state.settings, of.name))),
      this.#figures(of),
      h('div.panels', {key: 'charts'},
        h('section.panel', {'aria-label': 'Depth'}, h('h2', {}, 'Tasks by phase'), this.#depth()),
        h('section.panel', {'aria-label': 'Throughput'}, h('h2', {}, 'Throughput, tasks a second'), this.#throughput())),
      section('Sinks', positions.length === 0
        ? empty('No sink reads this queue', 'Its events wait on the topic. Start a sink:', sinkCommand(this.#page.state.settings))
        : table({label: 'Positions of the sinks', columns: POSITIONS, rows: inOrder(positions, POSITIONS, this.#sorted), key: row => row.sink, sorted: this.#sorted})),
      this.#taskList(of),
      this.#tail.render(),
    ];
  }

  #figures(of) {
    return figures('This queue', [
      {title: 'Pending', hint: MEANINGS.pending, value: integer(of.depth.pending)},
      {title: 'Leased', hint: MEANINGS.leased, value: integer(of.depth.leased)},
      {title: 'Delayed', hint: MEANINGS.delayed, value: integer(of.depth.delayed)},
      {title: 'Dead', hint: MEANINGS.dead, value: integer(of.depth.dead), level: above(of.depth.dead)},
      {title: 'Oldest pending', value: age(of.oldestPendingAt)},
      {title: 'Enqueued', value: rate(of.rates.enqueued), unit: '/s', detail: `${integer(of.totals.enqueued)} in all`},
      {title: 'Completed', value: rate(of.rates.completed), unit: '/s', detail: `${integer(of.totals.completed)} in all`},
      {title: 'Attempts failed', value: integer(of.totals.failed), detail: `${integer(of.totals.leasesExpired)} leases expired`},
    ]);
  }

  #depth() {
    return timeChart('depth', 'Tasks by phase over time', [
      {name: 'Pending', color: '--pending', fill: '--area'}, {name: 'Leased', color: '--leased'},
      {name: 'Delayed', color: '--delayed'}, {name: 'Dead', color: '--dead'},
    ], this.#history.map(({at: instant, depth}) => [instant, depth.pending, depth.leased, depth.delayed, depth.dead]));
  }

  #throughput() {
    return timeChart('throughput', 'Tasks a second over time', [
      {name: 'Enqueued', color: '--pending'}, {name: 'Completed', color: '--leased'},
    ], this.#history.map(({at: instant, rates}) => [instant, rates.enqueued, rates.completed]), {perSecond: true});
  }

  #taskList(of) {
    const counts = {...of.depth};
    const page = this.#tasks;
    return section('Tasks', beside(
      h('div.tabs', {role: 'group', 'aria-label': 'Phase'}, ['', ...PHASES].map(phase => h('button.tab', {
        key: phase, type: 'button', 'data-explain': MEANINGS[phase] ?? 'Tasks in whatever phase', 'aria-pressed': String(this.#filter.phase === phase), on: {click: () => this.#change({phase})},
      }, phase === '' ? 'All' : phase, counts[phase] > 0 && h('span.faint', {}, ` ${integer(counts[phase])}`)))),
      h('label.with-label', {}, 'Failed attempts ', h('select', {'aria-label': 'Failed attempts, at least', value: this.#filter.failed,
        on: {change: event => this.#change({failed: event.currentTarget.value})}},
      FAILED.map(([value, word]) => h('option', {key: value, value, selected: value === this.#filter.failed}, word)))),
      h('input.filter', {
        type: 'search', 'data-filter': true, value: this.#filter.text, placeholder: 'Filter by identity, key or error',
        'aria-label': 'Filter tasks by identity, key or error', spellcheck: 'false', autocomplete: 'off', maxlength: 1000,
        on: {input: event => this.#typed(event.currentTarget.value)},
      }),
      pager(page, this.#paging, () => this.#moved(), ['task', 'tasks'])),
    page.items.length === 0
      ? empty('No task matches', this.#filter.phase || this.#filter.text || this.#filter.failed ? 'Change the filter or choose All.'
        : 'The queue is empty, and none of its ended tasks is kept any more.')
      : table({label: 'Tasks', columns: TASK_COLUMNS, rows: page.items, key: row => row.taskId}),
    h('p.note', {}, `Ended tasks are kept up to ${integer(this.#page.state.settings.endedTasksKept)} a queue.`));
  }

  #typing = null;

  #typed(text) {
    this.#filter.text = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#change({}), 150);
  }

  #change(changes) {
    this.#filter = {...this.#filter, ...changes};
    this.#paging.reset();
    replaceParameters({...this.#filter, after: null});
    this.#page.draw();
    this.#page.reload();
  }

  #moved() {
    replaceParameters({after: this.#paging.after});
    this.#page.reload();
  }
}

const POSITIONS = positionColumns('sink');

const TASK_COLUMNS = [
  {title: 'Task', class: 'identity', cell: row => taskLink(row.taskId)},
  {title: 'Phase', cell: row => phase(row.phase)},
  {title: 'Attempt', number: true, hint: 'The attempt that runs or comes next; of an ended task, the last one', cell: row => integer(row.attempt)},
  {title: 'Failed', number: true, hint: 'How many of its attempts have failed, or ended with their lease', cell: row => count(row.failedAttempts, {level: 'notice'})},
  {title: 'Enqueued', cell: row => ago(row.enqueuedAt)},
  {title: 'Changed', cell: row => ago(row.changedAt)},
  {title: 'Until', hint: 'When the lease expires, or the delay ends', when: row => row.leaseExpiration !== null || row.availableAt !== null, class: 'rank-2', cell: row => row.leaseExpiration ?? row.availableAt
    ? ago(row.leaseExpiration ?? row.availableAt) : none()},
  {title: 'Key', hint: 'What the caller gave the task, so that it is not enqueued twice', when: row => row.key !== null, class: 'rank-2', cell: row => row.key === null ? none() : name(row.key)},
  {title: 'Priority', hint: 'Pending tasks of a higher priority are leased first', when: row => row.priority !== 'normal', class: 'rank-2', cell: row => name(row.priority, 'span')},
  {title: 'Last error', when: row => row.lastError !== null, class: 'wide full', cell: row => row.lastError === null ? none() : h('span.clip', {title: row.lastError}, name(row.lastError, 'span'))},
];

function none() {
  return h('span.faint', {}, '–');
}

/** The phase of a task. */
export function phase(word) {
  return h('span.phase', {}, h(`span.swatch.round.${/^[a-z-]+$/.test(word) ? word : 'unknown'}`, {'aria-hidden': 'true'}), /^[a-z-]+$/.test(word) ? term(word) : name(word, 'span'));
}
