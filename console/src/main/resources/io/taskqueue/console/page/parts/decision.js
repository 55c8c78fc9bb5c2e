// A decision about parked tasks, in two steps: a dry run, which shows what it is about, and then the decision itself.

import {get, post} from '../api.js';
import {h} from '../dom.js';
import {integer, plural} from '../format.js';
import {isOpen, outcomeBadge, summary} from './decisions.js';
import {Dialog} from './dialog.js';
import {announce, name} from './text.js';

const WORDS = {
  redrive: {
    title: 'Redrive', would: 'would be redriven',
    text: 'The parked events are applied again, in order, with the full number of attempts and under the same effect keys. '
      + 'Effects that have a recorded result do not run again.',
  },
  discard: {
    title: 'Discard', would: 'would be discarded',
    text: 'The first parked event of each task is given up permanently, and those behind it are applied.',
  },
};
const BY = 'taskqueue.by';
const LISTED = 10;
/** How often it is asked what became of the decision, and for how long. */
const FOLLOW_EACH = 700;
const FOLLOW_FOR = 60_000;

/**
 *   asking -> checking -> checked -> deciding -> followed -> decided
 *     ^----------'  (refused, or a field changed)
 *
 * followed: the command is written, and the sink carries it out. decided: what became of it is known, or is not to be known soon.
 */
export class Decision {
  #words;
  #action;
  #selection;
  #item;
  #changed;
  #dialog;
  #step = 'asking';
  #outcome = null;
  #followed = null;
  #refused = null;
  #fields = {by: sessionStorage.getItem(BY) ?? '', reason: '', following: false};

  /**
   * @param action redrive or discard
   * @param selection {sink, queue, task, text, state}: which parked tasks
   * @param item the task, if it is about one
   * @param changed called when something was decided
   */
  constructor(action, selection, item, changed) {
    this.#words = WORDS[action];
    this.#action = action;
    this.#selection = selection;
    this.#item = item;
    this.#changed = changed;
    this.#dialog = new Dialog(`${this.#words.title} parked tasks`, () => this.#render());
  }

  #render() {
    const {title, text} = this.#words;
    const settled = this.#step === 'decided' || this.#step === 'followed';
    return h('form', {on: {submit: event => { event.preventDefault(); this.#submit(); }}},
      h('h2', {}, title, ' ', this.#item ? name(this.#item.taskId) : 'parked tasks'),
      h('p.muted', {}, text),
      this.#item?.state === 'ambiguous' && this.#action === 'redrive' && h('p.notice-text', {},
        'It is unknown whether the effect of this event was done. A redrive runs it: check the target first, by the key of the effect.'),
      this.#selected(),
      !settled && this.#inputs(),
      this.#refused && h('p.wrong', {role: 'alert'}, name(this.#refused, 'span')),
      this.#outcome && this.#result(),
      h('div.dialog-actions', {},
        h('button', {type: 'button', on: {click: () => this.#dialog.close()}}, settled ? 'Close' : 'Cancel'),
        !settled && h(this.#step === 'checked' ? (this.#action === 'discard' ? 'button.danger' : 'button.primary') : 'button.primary', {
          key: this.#step === 'checked' || this.#step === 'deciding' ? 'decide' : 'check',
          type: 'submit', disabled: this.#step === 'checking' || this.#step === 'deciding' || (this.#step === 'checked' && this.#outcome.tasks.length === 0),
        }, this.#label())));
  }

  #label() {
    const {title} = this.#words;
    switch (this.#step) {
      case 'checking': return 'Checking …';
      case 'checked': return `${title} ${plural(this.#outcome.tasks.length, 'task')}`;
      case 'deciding': return `${title} …`;
      default: return 'Dry run';
    }
  }

  #selected() {
    if (this.#item) {
      return null;
    }
    const {sink, queue, text, state} = this.#selection;
    return h('p', {}, 'All parked tasks of sink ', h('b', {}, name(sink)), queue && [', queue ', h('b', {}, name(queue))],
      text && [', that contain ', h('b', {}, name(text))], state && [', in state ', h('b', {}, state)], ', on all pages.');
  }

  #inputs() {
    const set = (field, value) => {
      this.#fields[field] = value;
      this.#step = 'asking';
      this.#outcome = null;
      this.#dialog.draw();
    };
    const busy = this.#step === 'checking' || this.#step === 'deciding';
    return h('div.dialog-fields', {},
      h('label', {}, 'Who decides', h('input', {value: this.#fields.by, required: true, disabled: busy, autocomplete: 'name', maxlength: 200,
        placeholder: 'Your name, for the record', on: {input: event => set('by', event.currentTarget.value)}})),
      this.#action === 'discard' && h('label', {}, 'Reason', h('input', {value: this.#fields.reason, required: true, disabled: busy, maxlength: 1000,
        placeholder: 'Why the events are never applied', on: {input: event => set('reason', event.currentTarget.value)}})),
      this.#action === 'discard' && h('label.choice', {}, h('input', {type: 'checkbox', checked: this.#fields.following, disabled: busy,
        on: {change: event => set('following', event.currentTarget.checked)}}), h('span', {}, 'Also give up the events that wait behind the first one')));
  }

  #result() {
    const {tasks, events, executed} = this.#outcome;
    if (tasks.length === 0) {
      return h('p.outcome', {role: 'status'}, 'No parked task matches any more.');
    }
    if (executed) {
      return this.#became(tasks);
    }
    const sentence = `${plural(tasks.length, 'task')} with ${plural(events, 'parked event')} ${this.#words.would}. Nothing has changed yet.`;
    return h('div.outcome', {role: 'status'}, h('p', {}, h('b', {}, sentence)),
      h('ul', {}, tasks.slice(0, LISTED).map(task => h('li', {key: task}, name(task, 'code'))),
        tasks.length > LISTED && h('li.faint', {}, `and ${integer(tasks.length - LISTED)} more`)));
  }

  /** What became of the decision, task by task. */
  #became(tasks) {
    const {items = [], outcomes = {}, failure = null} = this.#followed ?? {};
    const waiting = this.#step === 'followed';
    const sentence = failure !== null ? `The command was written, but it is not known what became of it: ${failure}`
      : items.length === 0 ? 'The command is written. Waiting for the sink …'
        : waiting ? `${summary(outcomes)} …`
          : `${plural(tasks.length, 'task')}: ${summary(outcomes)}.`;
    const noted = items.filter(item => item.outcome.state !== 'APPLIED' && item.outcome.state !== 'DISCARDED');
    const listed = [...noted, ...items.filter(item => !noted.includes(item))];
    return h('div.outcome', {role: 'status', 'aria-busy': String(waiting)}, h('p', {}, h('b', {}, name(sentence, 'span'))),
      h('ul', {}, listed.slice(0, LISTED).map(item => h('li', {key: `${item.taskId} ${item.event.offset}`}, name(item.taskId, 'code'), ' ', outcomeBadge(item.outcome),
        noted.includes(item) && h('p.muted', {}, name(item.outcome.text, 'span')))),
      listed.length > LISTED && h('li.faint', {}, `and ${integer(listed.length - LISTED)} more`)));
  }

  /** Asks what became of the decision until it is known, or for a minute. */
  async #follow() {
    const until = performance.now() + FOLLOW_FOR;
    while (this.#dialog.open && this.#step === 'followed') {
      try {
        const {data} = await get('decisions', {sink: this.#selection.sink, decision: this.#outcome.decision, limit: 1000});
        this.#followed = data;
        const known = data.total >= this.#outcome.tasks.length && !data.items.some(isOpen);
        if (known || performance.now() > until) {
          this.#step = 'decided';
          announce(summary(data.outcomes));
        }
      } catch (problem) {
        this.#followed = {failure: problem.message};
        this.#step = 'decided';
      }
      this.#changed();
      if (this.#dialog.open) {
        this.#dialog.draw();
      }
      await new Promise(resume => setTimeout(resume, FOLLOW_EACH));
    }
  }

  async #submit() {
    const execute = this.#step === 'checked';
    this.#step = execute ? 'deciding' : 'checking';
    this.#refused = null;
    sessionStorage.setItem(BY, this.#fields.by);
    this.#dialog.draw();
    try {
      const {sink, queue = null, task = null, text = null, state = null} = this.#selection;
      const {data} = await post('parked', {
        sink, queue: queue || null, task, text: text || null, state: state || null, action: this.#action,
        by: this.#fields.by.trim(), reason: this.#fields.reason.trim() || null, following: this.#fields.following, dryRun: !execute,
      });
      this.#outcome = data;
      this.#step = !execute ? 'checked' : data.executed ? 'followed' : 'decided';
      if (data.executed) {
        this.#follow();
      }
    } catch (problem) {
      this.#outcome = null;
      this.#step = 'asking';
      this.#refused = problem.message;
    }
    if (this.#dialog.open) {
      this.#dialog.draw();
    }
  }
}
