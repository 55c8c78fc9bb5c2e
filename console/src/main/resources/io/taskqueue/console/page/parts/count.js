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
export function eta({lagEvents, etaSeconds}) {
  if (lagEvents === 0) {
    return h('span.faint', {title: 'It has applied everything'}, 'caught up');
  }
  if (lagEvents === null || lagEvents === undefined) {
    return count(null);
  }
  return etaSeconds === null || etaSeconds === undefined
    ? h('span.notice-text', {title: 'The lag does not shrink at the present rates, or they are not known yet'}, 'not shrinking')
    : h('span', {title: 'At the present rates of the queue and of the sink'}, duration(etaSeconds));
}

/** The level of a figure that is above zero. */
export function above(number, level = 'notice') {
  return number > 0 ? level : null;
}
