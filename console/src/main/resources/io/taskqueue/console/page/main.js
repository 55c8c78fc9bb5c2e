// The page: which view is shown, when it asks for its data, and what is the same in every view.

import {ApiError, get, session, Unreachable} from './api.js';
import {patch} from './dom.js';
import {Live} from './live.js';
import {route} from './routes.js';
import {announce, refreshTimes} from './parts/text.js';
import {failure, skeleton} from './parts/states.js';
import {banner, foot, top} from './shell.js';
import {overview} from './views/overview.js';
import {queue} from './views/queue.js';
import {task} from './views/task.js';
import {sinks} from './views/sinks.js';
import {sink} from './views/sink.js';
import {parked} from './views/parked.js';
import {replay} from './views/replay.js';
import {signIn} from './views/sign-in.js';

const VIEWS = {queues: overview, queue, task, sinks, sink, parked, replay};
/** A view asks again at most so often. */
const REFRESH = 2_000;

const content = document.getElementById('content');

/** What is true for the whole page. Views read it; only this file changes it. */
const state = {
  live: null,
  view: null,
  progress: null,
  totals: null,
  settings: null,
  signedOut: null,
};

let loadedAt = 0;
let loading = null;
let drawn = null;

/** What a view may ask of the page. */
const page = {
  state,
  /** Draws the view from what it has. */
  draw: () => draw(),
  /** Asks for the data of the view now, for example because a filter changed. */
  reload: () => load(),
};

state.live = new Live({
  event: (type, data) => {
    if (type === 'view') {
      state.progress = {queues: data.queues, sinks: data.sinks ?? state.progress?.sinks ?? null};
      state.totals = data.totals ?? state.totals;
      drawShell();
      if (!loading && document.visibilityState === 'visible' && performance.now() - loadedAt >= REFRESH) {
        load();
      }
    } else {
      state.view?.event?.(type, data);
    }
  },
  changed: () => {
    if (state.live.state === 'refused') {
      askForToken();
    }
    drawShell();
    if (state.live.state === 'live' && performance.now() - loadedAt >= REFRESH) {
      load();
    }
  },
});

function show() {
  const {view: name, parameters} = route();
  state.view?.close?.();
  loading?.abort();
  loading = null;
  const create = VIEWS[name] ?? VIEWS.queues;
  state.view = create(page, parameters);
  state.view.name = VIEWS[name] ? name : 'queues';
  document.title = `${state.view.title} · Task queue console`;
  content.replaceChildren();
  drawn = null;
  patch(content, skeleton());
  drawShell();
  if (state.signedOut === null) {
    state.live.open(state.view.follows ?? null);
    load();
  } else {
    draw();
  }
}

async function load() {
  loading?.abort();
  const controller = new AbortController();
  loading = controller;
  const view = state.view;
  try {
    if (state.settings === null) {
      const {data} = await get('view', {}, controller.signal);
      state.settings = data.settings;
      state.progress = {queues: data.queues, sinks: data.sinks};
    }
    await view.load(controller.signal);
    // what surrounds the view shows the moment of the view
    state.totals = view.totals ?? state.totals;
    view.error = null;
  } catch (problem) {
    if (loading !== controller || problem.name === 'AbortError') {
      return;
    }
    if (problem instanceof ApiError && problem.status === 401) {
      askForToken();
      return;
    }
    if (!(problem instanceof Unreachable) && !(problem instanceof ApiError)) {
      console.error(problem);
    }
    // the last data stay when the server does not answer; the banner shows it
    if (!(problem instanceof Unreachable) || !view.ready) {
      view.error = problem;
    }
  } finally {
    if (loading === controller) {
      loading = null;
      loadedAt = performance.now();
    }
  }
  if (state.view === view && state.signedOut === null) {
    draw();
    drawShell();
  }
}

function draw() {
  const view = state.view;
  if (state.signedOut !== null) {
    patch(content, signIn(state.signedOut, token => {
      session.signIn(token);
      state.signedOut = null;
      show();
    }));
    if (drawn !== 'sign-in') {
      drawn = 'sign-in';
      content.querySelector('input')?.focus();
    }
    return;
  }
  if (view.error) {
    patch(content, failure(view.error));
  } else if (view.ready) {
    patch(content, view.render());
  } else {
    return;
  }
  if (drawn !== view) {
    drawn = view;
    announce(view.title);
    if (document.activeElement === document.body && navigated) {
      content.focus({preventScroll: true});
    }
  }
}

function askForToken() {
  if (state.signedOut !== null) {
    return;
  }
  state.signedOut = session.token() === null ? 'missing' : 'refused';
  session.signOut();
  state.live.close();
  draw();
  drawShell();
}

function drawShell() {
  patch(document.getElementById('top'), top(state));
  patch(document.getElementById('foot'), foot(state));
  patch(document.getElementById('banner'), banner(state));
  document.body.classList.toggle('stale', state.live.state === 'lost' && state.signedOut === null);
}

let navigated = false;
addEventListener('hashchange', () => {
  // the skip link is an address within the page as well
  if (location.hash.startsWith('#/') || location.hash === '') {
    navigated = true;
    scrollTo(0, 0);
    document.querySelectorAll('dialog').forEach(dialog => dialog.close());
    show();
  }
});
addEventListener('keydown', event => {
  const typing = event.target.closest?.('input, textarea, select, dialog');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const filter = content.querySelector('[data-filter]');
    if (filter) {
      event.preventDefault();
      filter.focus();
      filter.select();
    }
  } else if (event.key === 'Escape' && event.target.matches?.('[data-filter]')) {
    event.target.blur();
  }
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && state.signedOut === null) {
    load();
  }
});
document.querySelector('.skip-link').addEventListener('click', event => {
  event.preventDefault();
  content.focus();
});
setInterval(() => {
  refreshTimes();
  if (state.live.state !== 'live') {
    drawShell();
  }
}, 1_000);

show();
