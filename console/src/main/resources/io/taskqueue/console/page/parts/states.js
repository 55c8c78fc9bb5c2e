// What a view shows while it has nothing to show: loading, empty, failed.

import {h} from '../dom.js';
import {term} from './term.js';
import {command, name} from './text.js';

/** The outline of what comes; it appears only if it takes longer than a moment. */
export function skeleton(rows = 8) {
  return h('div.skeleton', {role: 'status', 'aria-label': 'Loading'},
    h('div.bone.wide'), Array.from({length: rows}, () => h('div.bone')));
}

/** Nothing is there: what that means, and what to do next. */
export function empty(title, text, commandText = null) {
  return h('div.empty', {}, h('p.empty-title', {}, title), h('p', {}, text), commandText && command(commandText));
}

/** The request of this view was refused. */
export function failure(error) {
  return h('div.empty.failure', {role: 'alert'},
    h('p.empty-title', {}, error.status === 404 ? 'Not found' : 'This cannot be shown'), h('p', {}, name(error.message, 'span')));
}

/** Numbers with their names, side by side. */
export function figures(label, items) {
  return h('dl.figures', {'aria-label': label}, items.filter(Boolean).map(item => h(`div.figure${item.level ? `.${item.level}` : ''}`, {
    key: item.title,
  }, h('dt', {}, item.hint ? term(item.title, item.hint) : item.title), h('dd', {}, item.value, item.unit && h('span.unit', {}, ` ${item.unit}`),
    item.detail && h('span.detail', {}, item.detail)))));
}

/** A part of a view, with its heading and what belongs beside it. */
export function section(title, ...children) {
  const [beside, content] = Array.isArray(children[0]) && children[0].beside ? [children[0], children.slice(1)] : [[], children];
  return h('section', {key: `section ${title}`, 'aria-label': title}, h('div.section-head', {}, h('h2', {}, title), beside), content);
}

/** What stands beside the heading of a section. */
export function beside(...nodes) {
  return Object.assign(nodes, {beside: true});
}
