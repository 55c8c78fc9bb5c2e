// The plan of a replay: what it would do, and the exact command. It changes nothing.

import {ApiError, get} from '../api.js';
import {h} from '../dom.js';
import {integer, plural} from '../format.js';
import {replaceParameters} from '../routes.js';
import {sinkCommand} from '../parts/commands.js';
import {beside, empty, figures, section} from '../parts/states.js';
import {table} from '../parts/table.js';
import {command, name} from '../parts/text.js';

const MODES = {
  'recorded-only': 'Runs no effect. An effect without a recorded result is counted as missing.',
  'fill-gaps': 'Runs effects that have no recorded result.',
  rerun: 'Runs the effects of the selected events again, under a new generation of their keys.',
};

export function replay(page, parameters) {
  return new Replay(page, parameters);
}

class Replay {
  #page;
  #form;
  #sinks = null;
  #plan = null;
  #refused = null;
  #planning = false;
  title = 'Replay';

  constructor(page, {sink = '', from = 'earliest', mode = 'recorded-only', select = ''}) {
    this.#page = page;
    const kind = from === 'earliest' ? 'earliest' : /^\d+$/.test(from) ? 'offset' : 'time';
    this.#form = {sink, kind, offset: kind === 'offset' ? from : '', time: kind === 'time' ? from : '', mode, select};
  }

  get ready() {
    return this.#sinks !== null;
  }

  async load(signal) {
    const {data} = await get('sinks', {}, signal);
    this.#sinks = data.map(sink => sink.name);
  }

  render() {
    if (this.#sinks.length === 0) {
      return [h('h1', {key: 'head'}, 'Replay'), empty('No sink to replay', 'A replay reads events again at a sink. Start one first:',
        sinkCommand(this.#page.state.settings))];
    }
    return [
      h('div.view-head', {key: 'head'}, h('h1', {}, 'Plan a replay'),
        h('p.facts', {}, 'A replay reads events again. Effects with a recorded result are answered from it. Planning changes nothing.')),
      this.#fields(),
      this.#refused && h('p.wrong', {key: 'refused', role: 'alert'}, name(this.#refused, 'span')),
      this.#plan && this.#outcome(),
    ];
  }

  #fields() {
    const form = this.#form;
    const set = (field, value) => {
      form[field] = value;
      this.#plan = null;
      this.#page.draw();
    };
    const choice = (field, value, label, extra = null) => h('label.choice', {key: value},
      h('input', {type: 'radio', name: field, value, checked: form[field] === value, on: {change: () => set(field, value)}}), h('span', {}, label, extra));
    return h('form.panel.plan', {key: 'form', on: {submit: event => { event.preventDefault(); this.#ask(); }}},
      h('div.fields', {},
        h('div.field', {}, h('label', {for: 'sink'}, 'Sink'), h('select', {id: 'sink', required: true, value: form.sink, on: {change: event => set('sink', event.currentTarget.value)}},
          h('option', {key: '', value: '', selected: form.sink === ''}, 'Choose a sink'),
          [...new Set([...this.#sinks, form.sink])].filter(sink => sink !== '').map(sink => h('option', {key: sink, value: sink, selected: sink === form.sink}, sink)))),
        h('div.field', {}, h('label', {for: 'select'}, 'Selection', form.mode === 'rerun' ? '' : h('span.faint', {}, ' (optional)')),
          h('input', {id: 'select', value: form.select, spellcheck: 'false', autocomplete: 'off', required: form.mode === 'rerun', maxlength: 4000,
            placeholder: 'queue=orders,result=failed', 'aria-describedby': 'select-help', on: {input: event => set('select', event.currentTarget.value)}}),
          h('p.explanation', {id: 'select-help'}, 'Clauses separated by commas: queue=NAME, kind=KIND, task=QUEUE/EPOCH/SEQUENCE, from=BOUND, to=BOUND, '
            + 'result=failed; or all. A bound is a position EPOCH/SEQUENCE or a time.'))),
      h('fieldset', {}, h('legend', {}, 'From'),
        choice('kind', 'earliest', 'the first event that the topic still has'),
        choice('kind', 'offset', 'an offset of every partition'),
        form.kind === 'offset' && h('input', {key: 'offset', 'aria-label': 'Offset', inputmode: 'numeric', pattern: '\\d+', required: true, value: form.offset,
          placeholder: '12000', on: {input: event => set('offset', event.currentTarget.value.trim())}}),
        choice('kind', 'time', 'a time'),
        form.kind === 'time' && h('input', {key: 'time', 'aria-label': 'Time', required: true, value: form.time, placeholder: '2026-11-23T09:30:00Z',
          on: {input: event => set('time', event.currentTarget.value.trim())}})),
      h('fieldset', {}, h('legend', {}, 'Mode'), Object.entries(MODES).map(([mode, text]) =>
        choice('mode', mode, mode, h('span.explanation', {}, text)))),
      h('div', {}, h('button.primary', {type: 'submit', disabled: this.#planning}, this.#planning ? 'Planning …' : 'Show the plan')));
  }

  #outcome() {
    const plan = this.#plan;
    return [
      section('The plan', figures('The plan', [
        {title: 'Events to read', value: integer(plan.events)},
        {title: 'Partitions', value: integer(plan.partitions.length)},
        {title: 'Instances to stop before', value: integer(plan.running), level: plan.running > 0 ? 'notice' : null},
      ])),
      plan.notes.length > 0 && h('ul.notes', {key: 'notes'}, plan.notes.map(note => h('li', {}, name(note, 'span')))),
      section('The command', command(plan.command),
        h('p.note', {}, 'With --execute it moves the committed offsets of the stopped sink. Start the sink again afterwards; it replays and writes a receipt.')),
      section('Partitions', beside(h('span.faint', {}, plural(plan.partitions.length, 'partition'))), table({
        label: 'Partitions', rows: plan.partitions, key: row => row.partition, columns: [
          {title: 'Partition', cell: row => integer(row.partition)},
          {title: 'From offset', number: true, cell: row => integer(row.from)},
          {title: 'To offset', number: true, hint: 'Not included', cell: row => integer(row.to)},
          {title: 'Events', number: true, cell: row => integer(row.to - row.from)},
        ],
      })),
    ];
  }

  async #ask() {
    const form = this.#form;
    const request = {
      sink: form.sink, mode: form.mode, select: form.select.trim(),
      from: form.kind === 'earliest' ? 'earliest' : form.kind === 'offset' ? form.offset : form.time,
    };
    replaceParameters(request);
    this.#planning = true;
    this.#refused = null;
    this.#page.draw();
    try {
      const {data} = await get('replay-plan', request);
      this.#plan = data;
    } catch (problem) {
      this.#plan = null;
      this.#refused = problem.message;
      if (problem instanceof ApiError && problem.status === 401) {
        this.#page.reload();
      }
    }
    this.#planning = false;
    this.#page.draw();
  }
}
