// Texts of others: names, identities, errors and payloads, which may be anything; and times.

import {h} from '../dom.js';
import {absolute, ageOf, clock, relative} from '../format.js';
import {link} from '../routes.js';

// Controls, zero-width and bidirectional formatting characters: invisible, or they change the order of what stands around them.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
const RUNS = new RegExp(`(${INVISIBLE.source})`, 'u');

/** A name in one line: isolated from the direction of its surroundings, invisible characters shown by their code. */
export function name(text, tag = 'bdi.name') {
  return h(tag, {title: text.length > 24 ? text : null}, text === '' ? h('span.faint', {}, '(empty)') : visible(text));
}

/** A text of several lines, for example an error with its stack trace, as it is. */
export function block(text) {
  return h('pre.block', {dir: 'auto', tabindex: '0'}, text.split(/(\n|\t)/).map(part =>
    part === '\n' || part === '\t' ? part : visible(part)));
}

function visible(text) {
  if (!INVISIBLE.test(text)) {
    return text;
  }
  return text.split(RUNS).map(part => part.length > 0 && part.length < 3 && INVISIBLE.test(part) ? code(part) : part);
}

function code(character) {
  const hex = character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
  return h('span.code-point', {title: `The invisible character U+${hex}`}, `U+${hex}`);
}

export function queueLink(queue) {
  return h('a', {href: link('queue', {name: queue})}, name(queue));
}

export function sinkLink(sink) {
  return h('a', {href: link('sink', {name: sink})}, name(sink));
}

/** A link to a task, which shows its position within its queue, or its whole identity. */
export function taskLink(taskId, {whole = false} = {}) {
  return h('a.id', {href: link('task', {id: taskId}), title: taskId}, name(whole ? taskId : taskId.split('/').slice(-2).join('/'), 'bdi'));
}

/** A moment, relative to now; the absolute time is the title. The text follows the clock by refreshTimes(). */
export function ago(instant) {
  return instant === null || instant === undefined
    ? h('span.faint', {}, '–')
    : h('time', {datetime: instant, 'data-shown': 'relative', title: absolute(instant)}, relative(instant));
}

/** How long ago a moment was. The text follows the clock by refreshTimes(). */
export function age(instant) {
  return instant === null || instant === undefined
    ? h('span.faint', {}, '–')
    : h('time', {datetime: instant, 'data-shown': 'age', title: `Since ${absolute(instant)}`}, ageOf(instant));
}

/** A moment as the time of its day; relative in the title. */
export function at(instant) {
  return instant === null || instant === undefined
    ? h('span.faint', {}, '–')
    : h('time', {datetime: instant, title: `${relative(instant)}\n${absolute(instant)}`}, clock(instant));
}

/** Brings all relative times up to date. */
export function refreshTimes(root = document) {
  for (const element of root.querySelectorAll('time[data-shown]')) {
    const instant = element.getAttribute('datetime');
    const text = element.dataset.shown === 'age' ? ageOf(instant) : relative(instant);
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }
}

/** A button that copies a text. */
export function copy(text, what) {
  return h('button.copy', {
    type: 'button',
    title: `Copy ${what}`,
    'aria-label': `Copy ${what}`,
    on: {
      click: async event => {
        const button = event.currentTarget;
        const copied = await write(text);
        button.dataset.done = copied ? 'yes' : 'no';
        announce(copied ? `Copied ${what}` : `The browser does not allow to copy ${what}`);
        setTimeout(() => delete button.dataset.done, 1_500);
      },
    },
  }, h('svg', {viewBox: '0 0 16 16', 'aria-hidden': 'true'},
    h('rect', {x: 5.5, y: 5.5, width: 8, height: 8, rx: 1.5}), h('path', {d: 'M10.5 3.5v-.5a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h.5'})));
}

/** A command to type, with a button that copies it. */
export function command(text) {
  return h('div.command', {}, h('code', {tabindex: '0'}, visible(text)), copy(text, 'the command'));
}

/** Tells a screen reader what happened. */
export function announce(text) {
  document.getElementById('announcement').textContent = text;
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // without a secure context, as on http://host: by the older way
    const area = h('textarea.off-screen', {readonly: true}, text);
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}
