// A dialog over the page; the browser keeps the focus within it, and Escape closes it.

import {h, patch} from '../dom.js';

/** One dialog. `render()` returns its content, and draws it again after a change. */
export class Dialog {
  #element;
  #render;

  constructor(label, render) {
    this.#render = render;
    this.#element = h('dialog', {'aria-label': label, on: {close: () => this.#element.remove()}});
    document.body.append(this.#element);
    this.draw();
    this.#element.showModal();
  }

  draw() {
    patch(this.#element, this.#render());
  }

  close() {
    this.#element.close();
  }

  get open() {
    return this.#element.open;
  }
}
