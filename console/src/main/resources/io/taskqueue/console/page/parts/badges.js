// What is wrong: one word for each kind, wherever it is shown. Nothing is shown where nothing is wrong.

import {h} from '../dom.js';
import {name} from './text.js';

/** Per kind: its word, and whether work has stopped (serious) or waits for somebody (notice). */
export const KINDS = {
  NO_SINK: {word: 'No sink', level: 'serious'},
  SINK_STOPPED: {word: 'Sink stopped', level: 'serious'},
  NO_OWNER: {word: 'No owner', level: 'serious'},
  SOURCE_STALLED: {word: 'Source stalled', level: 'serious'},
  DIVERGED: {word: 'Diverged', level: 'serious'},
  LOG_CHANGED: {word: 'Log changed', level: 'serious'},
  BREAKER_OPEN: {word: 'Breaker open', level: 'notice'},
  PARKED: {word: 'Parked', level: 'notice'},
  UNDECODABLE: {word: 'Undecodable', level: 'notice'},
  NOT_CONSUMING: {word: 'Not consuming', level: 'serious'},
  GROWING: {word: 'Only grows', level: 'serious'},
  DEAD_TASKS: {word: 'Dead tasks', level: 'notice'},
  FENCED: {word: 'Fenced', level: 'notice'},
};

export function kindOf(kind) {
  return KINDS[kind] ?? {word: kind.toLowerCase().replaceAll('_', ' '), level: 'serious'};
}

/**
 * The badges of a row.
 *
 * @param parked the address of the parked events that are meant
 */
export function badges(problems, parked) {
  return problems.length === 0 ? null : h('span.badges', {}, problems.map(problem => badge(problem, parked)));
}

function badge(problem, parked) {
  const {word, level} = kindOf(problem.kind);
  return problem.kind === 'PARKED'
    ? h(`a.badge.${level}`, {title: problem.text, href: parked}, word)
    : h(`span.badge.${level}`, {title: problem.text}, word);
}

/** The same with their texts: the fact, what was found, and what to do. */
export function problemList(problems, parked) {
  return problems.length === 0 ? null : h('ul.problems', {'aria-label': 'Problems'},
    problems.map(problem => h('li', {}, badge(problem, parked), h('span', {}, name(problem.text, 'span')))));
}
