// Numbers in tables: what is unknown is not zero, and zero does not stand out.

import {h} from '../dom.js';
import {duration, integer} from '../format.js';

/** A number. @param level notice or serious, if it is not zero */
export function count(number, {level = null, format = integer} = {}) {
  if (number === null || number === undefined) {
    return h('span.faint', {title: 'Unknown'}, '–');
  }
  return number === 0 ? h('span.faint', {}, '0') : h(`span${level ? `.${level}-text` : ''}`, {}, format(number));
}

/** How far behind something is in time. */
export function behind(seconds) {
  return count(seconds, {format: duration});
}

/** When a sink will have caught up. */
export function eta({catchUp: {state, seconds}}) {
  switch (state) {
    case 'CAUGHT_UP': return h('span.faint', {title: 'It has applied everything'}, 'caught up');
    case 'NEVER': return h('span.notice-text', {title: 'As many events are written as it applies, or more'}, 'never at this rate');
    case 'EXPECTED': return h('span', {title: 'At the present rates of the queue and of the sink'}, duration(seconds));
    default: return h('span.faint', {title: 'Its lag is unknown, or its rate, which is measured for ten seconds first'}, 'unknown yet');
  }
}

/** What estimates are ordered by: what never catches up is the longest. */
export function etaOrder({catchUp: {state, seconds}}) {
  return state === 'NEVER' ? Infinity : seconds;
}

/** The level of a figure that is above zero. */
export function above(number, level = 'notice') {
  return number > 0 ? level : null;
}
