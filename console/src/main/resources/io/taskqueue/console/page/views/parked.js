// The parked events of a sink: why they were parked, and what an operator decides about them.

import {address, ApiError, get, request} from '../api.js';
import {h} from '../dom.js';
import {integer, position} from '../format.js';
import {replaceParameters} from '../routes.js';
import {redriveCommand, sinkCommand} from '../parts/commands.js';
import {Decision} from '../parts/decision.js';
import {decisionItem} from '../parts/decisions.js';
import {empty} from '../parts/states.js';
import {pager, Paging} from '../parts/table.js';
import {ago, announce, block, command, copy, name, queueLink, taskLink} from '../parts/text.js';

const SIZE = 50;
/** What was decided is listed from the decisions, not from what is parked: a redriven event is not parked any more. */
const DECIDED = {redriven: 'redrive', discarded: 'discard'};
const STATES = {'': 'Waiting', parked: 'Parked', ambiguous: 'Ambiguous', redriven: 'Redriven', discarded: 'Discarded'};

export function parked(page, parameters) {
  return new Parked(page, parameters);
}

class Parked {
  #page;
  #filter;
  #paging = new Paging(SIZE);
  #sinks = null;
  #list = null;
  #listed = '';
  #unknown = null;
  #exportFailure = null;
  title = 'Parked events';

  constructor(page, {sink = '', queue = '', text = '', state = '', after = null}) {
    this.#page = page;
    this.#filter = {sink, queue, text, state};
    this.#paging.after = after;
  }

  get ready() {
    return this.#sinks !== null;
  }

  async load(signal) {
    const {data} = await get('sinks', {}, signal);
    if (!this.#filter.sink) {
      this.#filter.sink = (data.find(sink => sink.parked > 0) ?? data[0])?.name ?? '';
    }
    const asked = this.#filter.state;
    let list = null;
    let unknown = null;
    try {
      list = this.#filter.sink ? await this.#ask(signal) : null;
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.status !== 503) {
        throw problem;
      }
      unknown = problem.message;
      list = {items: [], total: 0, next: null};
    }
    this.#sinks = data;
    this.#list = list;
    this.#listed = asked;
    this.#unknown = unknown;
  }

  async #ask(signal) {
    const {sink, queue, text, state} = this.#filter;
    const part = {limit: SIZE, after: this.#paging.after};
    const {data} = DECIDED[state] ? await get('decisions', {sink, queue, text, action: DECIDED[state], ...part}, signal)
      : await get('parked', {...this.#filter, ...part}, signal);
    return data;
  }

  render() {
    if (this.#list === null) {
      return [h('h1', {key: 'head'}, 'Parked events'), empty('No sink yet', 'Events are parked at a sink whose attempts failed. Start a sink first:',
        sinkCommand(this.#page.state.settings))];
    }
    return [
      h('div.view-head', {key: 'head'}, h('h1', {}, 'Parked events'),
        h('p.facts', {}, 'An event is parked when its attempts are used up, or when it is unknown whether its effect was done. '
          + 'Later events of the same task wait behind it.')),
      this.#filters(),
      this.#actions(),
      this.#exportFailure && h('p.wrong', {key: 'export-failure', role: 'alert'}, this.#exportFailure),
      this.#unknown !== null ? empty('Unknown', this.#unknown)
        : this.#list.items.length === 0 ? this.#nothing()
          : DECIDED[this.#listed]
            ? h('ul.parked', {key: 'decisions', 'aria-label': 'Decisions'}, this.#list.items.map(item => decisionItem(item)))
            : h('ul.parked', {key: 'list', 'aria-label': 'Parked tasks'}, this.#list.items.map(item => this.#item(item))),
    ];
  }

  #filters() {
    return h('div.list-head', {key: 'filters'},
      h('label.with-label', {}, 'Sink ', h('select', {value: this.#filter.sink, on: {change: event => this.#change({sink: event.currentTarget.value})}},
        this.#sinks.map(sink => h('option', {key: sink.name, value: sink.name, selected: sink.name === this.#filter.sink},
          `${sink.name}${sink.parked > 0 ? ` (${integer(sink.parked)})` : ''}`)))),
      h('div.tabs', {role: 'group', 'aria-label': 'State'}, Object.entries(STATES).map(([state, word]) => h('button.tab', {
        key: state, type: 'button', 'aria-pressed': String(this.#filter.state === state), on: {click: () => this.#change({state})},
      }, word))),
      h('input.filter', {
        type: 'search', 'data-filter': true, value: this.#filter.text, placeholder: 'Filter by task or error', 'aria-label': 'Filter by task or error',
        spellcheck: 'false', autocomplete: 'off', maxlength: 1000, on: {input: event => this.#typed('text', event.currentTarget.value)},
      }),
      this.#filter.queue && h('span.chip', {}, 'Queue ', name(this.#filter.queue),
        h('button.copy', {type: 'button', 'aria-label': 'Show all queues', title: 'Show all queues', on: {click: () => this.#change({queue: ''})}}, '×')),
      pager(this.#list, this.#paging, () => this.#moved(), DECIDED[this.#listed] ? ['decision', 'decisions'] : ['task', 'tasks']));
  }

  #actions() {
    const total = this.#list.total;
    if (total === 0 || DECIDED[this.#listed]) {
      return null;
    }
    return h('div.actions', {key: 'actions'},
      this.#writes && [
        h('button', {type: 'button', on: {click: () => this.#decide('redrive', null)}}, `Redrive all ${integer(total)} …`),
        h('button', {type: 'button', on: {click: () => this.#decide('discard', null)}}, `Discard all ${integer(total)} …`),
      ],
      h('button', {type: 'button', on: {click: () => this.#export()}}, 'Export as JSON lines'),
      !this.#writes && h('span.faint', {}, 'Read-only: start the console with --allow-writes to decide here, or use the commands below.'));
  }

  get #writes() {
    return this.#page.state.settings.allowWrites;
  }

  #item(item) {
    const waiting = item.state === 'parked' || item.state === 'ambiguous';
    return h('li', {key: item.taskId},
      h('div.parked-head', {}, taskLink(item.taskId, {whole: true}),
        h(`span.badge.${waiting ? 'notice' : 'quiet'}`, {}, name(item.state, 'span')),
        h('span.muted', {}, name(item.kind, 'span')),
        item.effect !== null && h('span.muted', {}, 'effect ', h('b', {}, name(item.effect))),
        h('span.muted', {}, `${integer(item.attempts)} ${item.attempts === 1 ? 'attempt' : 'attempts'}`),
        item.round > 1 && h('span.muted', {}, `parked ${integer(item.round)} times`),
        item.following > 0 && h('span.muted', {}, `${integer(item.following)} more wait behind it`),
        h('span.muted', {}, ago(item.since)),
        this.#writes && waiting && h('span.parked-actions', {},
          h('button', {type: 'button', 'aria-label': `Redrive ${item.taskId}`, on: {click: () => this.#decide('redrive', item)}}, 'Redrive …'),
          h('button', {type: 'button', 'aria-label': `Discard ${item.taskId}`, on: {click: () => this.#decide('discard', item)}}, 'Discard …'))),
      block(item.error),
      h('details', {}, h('summary', {}, 'Details'),
        h('dl.facts-list', {},
          h('div', {}, h('dt', {}, 'Queue'), h('dd', {}, queueLink(item.queueName), ' ',
            item.queueName !== this.#filter.queue && h('button.tab', {type: 'button', on: {click: () => this.#change({queue: item.queueName})}}, 'only this queue'))),
          h('div', {}, h('dt', {}, 'Position'), h('dd', {}, h('code', {}, position(item)))),
          h('div', {}, h('dt', {}, 'Record'), h('dd', {}, `partition ${item.partition}, offset ${integer(item.offset)}`)),
          h('div', {}, h('dt', {}, 'Payload'), h('dd', {}, item.payload === null
            ? h('span.faint', {}, this.#page.state.settings.showPayloads ? 'not in this event: its source includes it in the first event of the task only' : 'hidden; start the console with --show-payloads')
            : block(item.payload)))),
        waiting && h('div', {}, h('p.note', {}, 'On the command line:'), command(redriveCommand(this.#page.state.settings, item)))));
  }

  #nothing() {
    const {text, queue} = this.#filter;
    const state = this.#listed;
    if (DECIDED[state] && !text && !queue) {
      return empty(`Nothing was ${state}`, 'Decisions are listed as long as the control topic of the sink keeps them.');
    }
    return text || queue || state
      ? empty('No parked task matches', 'Change the filter.')
      : empty('Nothing is parked', 'All events that this sink has read were applied, or wait for their next attempt.');
  }

  #decide(action, item) {
    const selection = item === null ? {...this.#filter} : {sink: item.sink, task: item.taskId, state: item.state};
    new Decision(action, selection, item, () => this.#page.reload());
  }

  async #export() {
    this.#exportFailure = null;
    try {
      const response = await request(address('parked/export', this.#filter));
      const anchor = h('a', {href: URL.createObjectURL(await response.blob()), download: `parked-${this.#filter.sink.replaceAll(/[^\w.-]+/g, '_')}.ndjson`});
      anchor.click();
      URL.revokeObjectURL(anchor.href);
      announce('Exported');
    } catch (problem) {
      this.#exportFailure = problem.message;
    }
    this.#page.draw();
  }

  #typing = null;

  #typed(field, text) {
    this.#filter[field] = text;
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
