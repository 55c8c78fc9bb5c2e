// What operators decided about parked tasks, and what became of it.

import {h} from '../dom.js';
import {integer, plural} from '../format.js';
import {ago, block, name, sinkLink, taskLink} from './text.js';

/** Per outcome: its words, its level, and whether it can still change. */
const OUTCOMES = {
  WAITING: {word: 'waits for the sink', level: 'notice', open: true},
  REDRIVING: {word: 'being applied again', level: 'notice', open: true},
  APPLIED: {word: 'applied', level: 'good'},
  PARKED_AGAIN: {word: 'parked again', level: 'serious'},
  DISCARDED: {word: 'discarded', level: 'quiet'},
  NO_EFFECT: {word: 'no effect', level: 'quiet'},
  UNKNOWN: {word: 'outcome unknown', level: 'quiet', open: true},
};

function of(state) {
  return OUTCOMES[state] ?? {word: state.toLowerCase().replaceAll('_', ' '), level: 'quiet'};
}

/** Whether what became of a decision can still change. */
export function isOpen(decision) {
  return of(decision.outcome.state).open === true;
}

/** What became of a decision, in a word; its title is the sentence. */
export function outcomeBadge(outcome) {
  const {word, level} = of(outcome.state);
  return h(`span.badge.${level}`, {title: outcome.text}, word);
}

/** What became of several decisions: "2 applied, 1 parked again". @param outcomes counts by state */
export function summary(outcomes) {
  return Object.entries(outcomes).map(([state, count]) => `${integer(count)} ${of(state).word}`).join(', ');
}

/** A decision: what, about which task, who and when, and what became of it. */
export function decisionItem(decision, {task = true, sink = false} = {}) {
  const {made, outcome, parked, event} = decision;
  return h('li', {key: `${event.partition}-${event.offset}-${event.round}-${made.at}`},
    h('div.parked-head', {},
      task && taskLink(decision.taskId, {whole: true}),
      h('b', {}, made.action === 'redrive' ? 'Redrive' : 'Discard'),
      sink && h('span.muted', {}, 'at ', sinkLink(decision.sink)),
      outcomeBadge(outcome),
      h('span.muted', {}, made.by ? ['by ', h('b', {}, name(made.by))] : 'by an unnamed operator', ' ', ago(made.at)),
      parked && h('span.muted', {}, name(parked.kind, 'span'), ' ', `${parked.epoch}/${parked.sequence}`),
      event.round > 1 && h('span.muted', {}, `after it was parked ${plural(event.round, 'time')}`),
      made.following && h('span.muted', {}, 'with the events that waited behind it')),
    made.reason && h('p.muted', {}, 'Reason: ', name(made.reason, 'span')),
    h('p', {class: outcome.state === 'PARKED_AGAIN' ? 'serious-text' : 'muted'}, name(outcome.text, 'span')),
    parked && parked.error && h('details', {}, h('summary', {}, 'Why it was parked'), block(parked.error)));
}
