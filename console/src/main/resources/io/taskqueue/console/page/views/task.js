// One task: what happened to it, attempt by attempt, and what sinks have recorded of each of its events.

import {get} from '../api.js';
import {h} from '../dom.js';
import {duration, integer, plural, position} from '../format.js';
import {link} from '../routes.js';
import {redriveCommand, retryCommand} from '../parts/commands.js';
import {above} from '../parts/count.js';
import {Decision} from '../parts/decision.js';
import {decisionItem} from '../parts/decisions.js';
import {attempts, leaseOf, meaning, phases} from '../parts/life.js';
import {figures, section} from '../parts/states.js';
import {MEANINGS, term} from '../parts/term.js';
import {ago, at, block, command, copy, name, queueLink, sinkLink} from '../parts/text.js';
import {phase} from './queue.js';

const ENDED = new Set(['completed', 'dead', 'drained', 'handed-over']);

export function task(page, parameters) {
  return new Task(page, parameters);
}

class Task {
  #page;
  #id;
  #life = null;
  #effects = [];
  #parked = [];
  #decisions = [];
  #unknown = [];

  constructor(page, {id = ''}) {
    this.#page = page;
    this.#id = id;
    this.title = `Task ${id}`;
  }

  get ready() {
    return this.#life !== null;
  }

  async load(signal) {
    const {data} = await get('task', {id: this.#id}, signal);
    this.#life = data.life;
    this.#effects = data.effects;
    this.#parked = data.parked;
    this.#decisions = data.decisions;
    this.#unknown = data.unknown;
  }

  render() {
    const {task: of, events, missing} = this.#life;
    const tried = attempts(events);
    return [
      h('div.view-head', {key: 'head'},
        h('h1', {}, h('span.crumb', {}, 'Task '), name(of.taskId)), copy(of.taskId, 'the identity of the task'),
        this.#parked.map(item => h('a.badge.notice', {key: `parked ${item.sink}`, href: '#parked-here', on: {click: event => toParked(event)},
          title: `One of its events is ${item.state} at sink ${item.sink}`}, h('span', {}, `${word(item.state)} at `, name(item.sink, 'bdi'))))),
      this.#parkedAt(),
      this.#dead(of),
      this.#figures(of, tried),
      this.#course(of, events),
      this.#failures(tried),
      this.#decided(),
      section('Life', missing > 0 && h('p.note', {}, `${plural(missing, 'earlier event')} of this task ${missing === 1 ? 'is' : 'are'} not shown: `
        + 'the topic does not hold them any more, or the console does not index so many of one task.'),
      h('ol.life', {}, runs(events).map((run, index, all) => this.#event(run, all[index - 1]?.last, events[0])))),
      this.#others(events),
    ];
  }

  #figures(of, tried) {
    const failed = tried.filter(attempt => attempt.ending !== null && attempt.ending !== 'Completed');
    const leased = tried.reduce((sum, attempt) => sum + (Date.parse(attempt.endedAt ?? new Date(Date.now()).toISOString()) - Date.parse(attempt.begunAt)), 0);
    return figures('This task', [
      {title: 'Phase', value: h('span.small', {}, phase(of.phase))},
      {title: 'Attempt', value: integer(of.attempt)},
      {title: 'Attempts failed', value: integer(failed.length), level: above(failed.length)},
      {title: 'Enqueued', value: ago(of.enqueuedAt)},
      {title: ENDED.has(of.phase) ? 'Ended' : 'Changed', value: ago(of.changedAt)},
      {title: 'Time in attempts', value: h('span.small', {}, duration(leased / 1_000))},
      of.leaseExpiration && {title: 'Lease expires', value: ago(of.leaseExpiration)},
      of.availableAt && {title: 'Next attempt', value: ago(of.availableAt)},
      {title: 'Queue', value: h('span.small', {}, queueLink(of.queueName))},
      of.priority !== 'normal' && {title: 'Priority', value: h('span.small', {}, name(of.priority, 'span'))},
      of.key !== null && {title: 'Key', value: h('span.small', {}, name(of.key))},
    ]);
  }

  /** Its events that are parked, at each sink: why, and how it continues. */
  #parkedAt() {
    const writes = this.#page.state.settings.allowWrites;
    const deciding = (action, item) => new Decision(action, {sink: item.sink, task: item.taskId, state: item.state}, item, () => this.#page.reload());
    return this.#parked.length > 0 && section('Parked', h('ul.parked', {id: 'parked-here', tabindex: '-1'}, this.#parked.map(item => h('li', {key: item.sink},
      h('div.parked-head', {}, h('b', {}, name(item.kind, 'span'), ` ${position(item)}`), h('span.muted', {}, 'at ', sinkLink(item.sink)),
        h('span.badge.notice', {}, name(item.state, 'span')),
        item.effect !== null && h('span.muted', {}, 'effect ', h('b', {}, name(item.effect))),
        h('span.muted', {}, plural(item.attempts, 'attempt')),
        item.round > 1 && h('span.muted', {}, `parked ${integer(item.round)} times`),
        item.following > 0 && h('span.muted', {}, `${plural(item.following, 'later event')} of the task ${item.following === 1 ? 'waits' : 'wait'} behind it`),
        h('span.muted', {}, ago(item.since)),
        h('span.parked-actions', {},
          writes && item.state !== 'redriven' && ['redrive', 'discard'].map(action => h('button', {
            key: action, type: 'button', 'aria-label': `${word(action)} at ${item.sink}`, on: {click: () => deciding(action, item)}}, `${word(action)} …`)),
          h('a.button', {href: link('parked', {sink: item.sink, text: item.taskId})}, 'All at this sink'))),
      block(item.error),
      !writes && h('div', {}, h('p.note', {}, 'To apply it again, when the cause is fixed:'), command(redriveCommand(this.#page.state.settings, item)))))));
  }

  /** A dead task, and the command that makes it pending again. */
  #dead(of) {
    return of.phase === 'dead' && section('Dead', h('p.muted', {}, 'Its attempts are used up, or its worker gave it up: no worker gets it any more. To try it again, when the cause is fixed:'),
      command(retryCommand(this.#page.state.settings, of)));
  }

  /** What operators decided about it. */
  #decided() {
    return [
      this.#decisions.length > 0 && section('Decisions', h('ul.parked', {'aria-label': 'Decisions'},
        this.#decisions.map(decision => decisionItem(decision, {task: false, sink: true})))),
      this.#unknown.length > 0 && h('p.note', {key: 'unknown'}, `Some of its effects, parked events or decisions are unknown at ${this.#unknown.join(', ')}: `
        + 'the console may not read a topic of the sink, or has not read it yet.'),
    ];
  }

  /** Where an event is parked: 'parked' or 'behind', by sink. */
  #parkedMarks(event, events) {
    return this.#parked.flatMap(item => {
      if (position(item) === position(event)) {
        return [[item, item.state]];
      }
      const behind = events.filter(other => other.partition === item.partition && other.offset > item.offset && other.kind !== 'Snapshot')
        .slice(0, item.following);
      return behind.some(other => position(other) === position(event)) ? [[item, 'waits behind a parked event']] : [];
    }).map(([item, text]) => h('span.badge.notice', {key: `parked ${item.sink}`}, h('span', {}, `${text} at `, name(item.sink, 'bdi'))));
  }

  /** The phases as a bar, in proportion to time. */
  #course(of, events) {
    const parts = phases(events, ENDED.has(of.phase) ? null : Date.now());
    const whole = parts.reduce((sum, part) => sum + part.to - part.from, 0);
    return whole > 0 && h('div.course-frame', {key: 'course'},
      h('div.phases', {role: 'img', 'aria-label': parts.map(part => `${part.phase} ${duration((part.to - part.from) / 1_000)}`).join(', then ')},
        parts.map((part, index) => h(`span.${part.phase}`, {
          key: index, title: `${part.phase} ${duration((part.to - part.from) / 1_000)}`,
          style: {'flex-grow': Math.max((part.to - part.from) / whole, 0.004)},
        }, (part.to - part.from) / whole > 0.09 && h('span', {}, part.phase === 'leased' ? `attempt ${part.attempt}` : part.phase)))),
      h('div.legend', {'aria-hidden': 'true'}, [...new Set(parts.map(part => part.phase))].map(state => {
        const sum = parts.filter(part => part.phase === state).reduce((total, part) => total + part.to - part.from, 0);
        return h('span.legend-item', {key: state}, h(`span.swatch.round.${state}`), state, h('b', {}, duration(sum / 1_000)));
      })));
  }

  #failures(tried) {
    const failed = tried.filter(attempt => attempt.ending !== null && attempt.ending !== 'Completed');
    return failed.length > 0 && section(failed.length === 1 ? 'Why an attempt failed' : `Why ${failed.length} attempts failed`,
      h('ul.failures', {}, failed.map(attempt => h('li', {key: attempt.begunAt},
        h('div.failure-head', {}, h('b', {}, `Attempt ${attempt.attempt}`),
          h('span', {}, `${meaning(attempt.ending).word} after ${duration((Date.parse(attempt.endedAt) - Date.parse(attempt.begunAt)) / 1_000)}`),
          at(attempt.endedAt), attempt.lease && h('span.faint', {}, name(attempt.lease))),
        attempt.error ? block(attempt.error) : h('p.faint', {}, 'No error was recorded.')))));
  }

  #event({event, last, count}, before, first) {
    const {word, level} = meaning(event.kind);
    const recorded = this.#effects.filter(effect => effect.epoch === event.epoch
        && effect.sequence >= event.sequence && effect.sequence <= last.sequence);
    const since = (Date.parse(event.occurredAt) - Date.parse(first.occurredAt)) / 1_000;
    const waited = before ? (Date.parse(event.occurredAt) - Date.parse(before.occurredAt)) / 1_000 : 0;
    return h('li', {key: position(event), class: level ?? ''},
      h('div.life-time', {}, at(event.occurredAt), h('span.faint', {title: 'Since its first event'}, `+${duration(since)}`)),
      h('div.life-body', {},
        h('div.life-head', {}, h('b', {}, name(event.kind, 'span'), count > 1 && ` × ${integer(count)}`), word !== event.kind.toLowerCase() && h('span.muted', {}, name(word, 'span')),
          event.attempt > 0 && h('span.muted', {}, `attempt ${event.attempt}`),
          event.lease && h('span.muted', {title: leaseOf(event).title}, leaseOf(event).before, name(event.lease)),
          waited >= 0.001 && h('span.faint', {}, `after ${duration(waited)}`),
          this.#parkedMarks(event, this.#life.events),
          h('span.life-position', {title: `Epoch and sequence number; partition ${event.partition}, offset ${event.offset} of the event topic`}, position(event))),
        last.leaseExpiration && h('p.muted', {}, count > 1 && ['Last at ', at(last.occurredAt), '. '], 'Lease expires ', at(last.leaseExpiration)),
        event.availableAt && h('p.muted', {}, 'Next attempt from ', at(event.availableAt)),
        event.error && h('details', {}, h('summary', {}, h('span.clip', {}, name(firstLine(event.error), 'span'))), block(event.error)),
        event.payload !== null && h('details', {}, h('summary', {}, 'Payload'), block(event.payload)),
        recorded.length > 0 && h('ul.effects', {'aria-label': 'Effects'}, recorded.map(effect => this.#effect(effect)))));
  }

  #effect(effect) {
    return h('li', {key: effect.key, class: effect.outcome === 'succeeded' ? '' : effect.outcome === 'failed' ? 'serious' : 'notice'},
      h('div.effect-head', {}, sinkLink(effect.sink), h('b', {}, name(effect.effect)),
        h(`span.${effect.outcome === 'succeeded' ? 'good' : effect.outcome === 'failed' ? 'serious' : 'notice'}-text`, {}, name(effect.outcome, 'span')),
        effect.generation > 0 && h('span.muted', {}, term(`generation ${effect.generation}`, MEANINGS.generation)),
        h('span.muted', {}, at(effect.recordedAt))),
      h('div.effect-key', {}, h('span.faint', {}, 'key '), name(effect.key, 'code'), copy(effect.key, 'the key of the effect')),
      resultOf(effect, this.#page.state.settings.showPayloads));
  }

  /** Effects of events that are not shown any more. */
  #others(events) {
    const shown = new Set(events.map(position));
    const others = this.#effects.filter(effect => !shown.has(position(effect)));
    return [
      others.length > 0 && section('Effects of earlier events', h('ul.effects', {}, others.map(effect => this.#effect(effect)))),
      this.#effects.length === 0 && h('p.note', {key: 'none'}, 'No sink has recorded an effect of this task.'),
      !this.#page.state.settings.showPayloads && h('p.note', {key: 'hidden'}, 'Payloads and results are hidden. Start the console with --show-payloads to see them.'),
    ];
  }
}

/** The events, with heartbeats that follow each other as one. */
function runs(events) {
  const result = [];
  for (const event of events) {
    const run = result[result.length - 1];
    if (run && event.kind === 'Heartbeat' && run.event.kind === 'Heartbeat') {
      run.last = event;
      run.count++;
    } else {
      result.push({event, last: event, count: 1});
    }
  }
  return result;
}

/** The recorded result; what has none says so, and a bare number of HTTP is named. */
function resultOf({outcome, result}, shown) {
  if (result === null) {
    return outcome === 'succeeded' && shown ? h('p.faint', {}, 'No result was recorded.') : null;
  }
  if (outcome === 'succeeded' && result === 'null') {
    return h('p.faint', {}, 'Done; the action returns no result.');
  }
  if (outcome === 'succeeded' && /^[1-5]\d\d$/.test(result)) {
    const meaning = STATUS[result] ?? {2: 'success', 3: 'redirection', 4: 'refused by the target', 5: 'failure of the target'}[result[0]];
    return h('p', {}, 'Result ', h('code', {}, result), h('span.muted', {}, meaning ? `, as an HTTP status: ${meaning}` : ''));
  }
  return block(result);
}

const STATUS = {200: 'OK', 201: 'created', 202: 'accepted', 204: 'done, without a content', 304: 'not modified', 409: 'conflict', 410: 'gone'};

function word(action) {
  return action[0].toUpperCase() + action.slice(1);
}

/** The address of a view is behind the hash, so the place within it is not. */
function toParked(event) {
  event.preventDefault();
  document.getElementById('parked-here')?.scrollIntoView({block: 'center'});
  document.getElementById('parked-here')?.focus();
}

function firstLine(text) {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}
