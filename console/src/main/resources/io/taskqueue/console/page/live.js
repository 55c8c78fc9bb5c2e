// The stream of changes: server-sent events, read by fetch() so that the token can be sent.

import {address, ApiError, request} from './api.js';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;
/** The server sends an event each second; without any for so long, the connection counts as lost. */
const SILENCE = 10_000;

/**
 * One stream at a time. It reconnects by itself, with growing delays, and continues behind the last event that it has received.
 *
 *   connecting -> live -> lost -> connecting …     refused: the token is missing or wrong
 */
export class Live {
  #listener;
  #controller = null;
  #queue = null;
  #lastId = null;
  #delay = FIRST_DELAY;
  #timer = null;
  state = 'connecting';
  since = Date.now();
  retryAt = null;

  /** @param listener {event(type, data), changed()} */
  constructor(listener) {
    this.#listener = listener;
  }

  /** Follows all queues (null) or one, whose changes come as well. */
  open(queue) {
    if (this.#controller && this.#queue === queue) {
      return;
    }
    this.#queue = queue;
    this.#lastId = null;
    this.#delay = FIRST_DELAY;
    this.#connect();
  }

  /** Connects now instead of at the end of the delay. */
  retry() {
    this.#delay = FIRST_DELAY;
    this.#connect();
  }

  close() {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = null;
  }

  async #connect() {
    this.close();
    const controller = new AbortController();
    this.#controller = controller;
    this.retryAt = null;
    if (this.state === 'refused') {
      this.#enter('connecting');
    } else if (this.state === 'lost') {
      this.#listener.changed();
    }
    let watchdog;
    const watch = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => controller.abort(new Error('silence')), SILENCE);
    };
    try {
      watch();
      const headers = {Accept: 'text/event-stream'};
      if (this.#lastId !== null) {
        headers['Last-Event-ID'] = this.#lastId;
      }
      const response = await request(address('events', {queue: this.#queue}), {headers, signal: controller.signal});
      const decoder = new TextDecoder();
      const parser = new EventParser();
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        watch();
        for (const {type, data, id} of parser.feed(decoder.decode(part.value, {stream: true}))) {
          if (controller !== this.#controller) {
            return;
          }
          if (id !== null) {
            this.#lastId = id;
          }
          this.#enter('live');
          this.#delay = FIRST_DELAY;
          this.#listener.event(type, JSON.parse(data));
        }
      }
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 401) {
        if (controller === this.#controller) {
          this.#enter('refused');
        }
        return;
      }
    } finally {
      clearTimeout(watchdog);
    }
    if (controller === this.#controller) {
      this.#lose();
    }
  }

  #lose() {
    const delay = this.#delay * (0.8 + 0.4 * Math.random());
    this.#delay = Math.min(LONGEST_DELAY, this.#delay * 2);
    this.retryAt = Date.now() + delay;
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#enter('lost');
    this.#listener.changed();
  }

  #enter(state) {
    if (this.state !== state) {
      this.state = state;
      this.since = Date.now();
      this.#listener.changed();
    }
  }
}

/** Cuts the text of a stream into its events. */
export class EventParser {
  #rest = '';
  #id = null;

  *feed(text) {
    this.#rest += text;
    for (let end = /\r?\n\r?\n/.exec(this.#rest); end !== null; end = /\r?\n\r?\n/.exec(this.#rest)) {
      const block = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      let type = 'message';
      const data = [];
      for (const line of block.split(/\r?\n/)) {
        const colon = line.indexOf(':');
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
        if (field === 'event') {
          type = value;
        } else if (field === 'data') {
          data.push(value);
        } else if (field === 'id') {
          this.#id = value;
        }
      }
      if (data.length > 0) {
        yield {type, data: data.join('\n'), id: this.#id};
      }
    }
  }
}
