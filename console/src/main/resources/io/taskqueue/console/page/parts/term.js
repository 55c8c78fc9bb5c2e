// Explanations of words, on the word itself: shown while it is pointed at or has the focus, and hidden by Escape.
//
// There is one box for all of them, at the end of the document, so that no table cuts it off.

import {h} from '../dom.js';

/** What the words of the page mean. */
export const MEANINGS = {
  epoch: 'Which claim of the queue wrote an event. Each start of a dispatcher claims its queues with a higher epoch; what an older one writes afterwards is dropped.',
  pending: 'Waits for a worker.',
  leased: 'A worker has it, until it completes or fails it, or its lease expires.',
  delayed: 'Its last attempt failed; it waits for the next one.',
  dead: 'Its attempts are used up, or a worker gave it up: no worker gets it any more, until an operator retries it.',
  completed: 'A worker has completed it.',
  drained: 'Taken out of the queue when its dispatcher stopped. The next dispatcher that recovers the queue restores it.',
  'handed-over': 'Taken out of the queue for the next dispatcher, in a planned hand-over. That one restores it at its start.',
  reused: 'Answered from a recorded result, because the effect had run before. The action did not run again.',
  generation: 'A replay that runs effects again gives their keys a new generation, so that the target does not take them for the earlier ones.',
  ambiguous: 'It is unknown whether the action was done: it was begun, and no answer came. An operator has to decide.',
  parked: 'Given up after its attempts, or because an operator has to decide. It waits, and later events of the same task wait behind it.',
  fenced: 'Written by an owner that had lost the queue. Sinks drop such events.',
  lag: 'Events of the queue that the sink has not applied.',
  breaker: 'After several failures in a row, a sink waits before it calls the target again.',
};

/** A word with its explanation, that the keyboard reaches as well. @param tag the element, if it is not a span */
export function term(word, explanation = MEANINGS[word], tag = 'span.term') {
  return explanation ? h(tag, {tabindex: '0', 'data-explain': explanation}, word) : h('span', {}, word);
}

let box = null;
let shownFor = null;

function show(element) {
  box ??= document.body.appendChild(h('div.tip', {id: 'tip', role: 'tooltip', hidden: true}));
  shownFor = element;
  box.textContent = element.dataset.explain;
  box.hidden = false;
  element.setAttribute('aria-describedby', 'tip');
  const at = element.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const below = at.bottom + 6 + size.height <= innerHeight;
  box.style.setProperty('left', `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`);
  box.style.setProperty('top', `${below ? at.bottom + 6 : Math.max(8, at.top - size.height - 6)}px`);
}

function hide() {
  if (box && shownFor) {
    box.hidden = true;
    shownFor.removeAttribute('aria-describedby');
    shownFor = null;
  }
}

const explained = event => event.target.closest?.('[data-explain]');
document.addEventListener('mouseover', event => explained(event) ? show(explained(event)) : hide());
document.addEventListener('focusin', event => explained(event) ? show(explained(event)) : hide());
document.addEventListener('focusout', hide);
document.addEventListener('scroll', hide, {capture: true, passive: true});
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && shownFor) {
    hide();
  }
});
addEventListener('hashchange', hide);
