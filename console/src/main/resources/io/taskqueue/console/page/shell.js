// What surrounds every view: the ways to the others, how current the page is, and whether it is connected.

import {h} from './dom.js';
import {integer, percent, plural} from './format.js';
import {link} from './routes.js';
import {age, ago} from './parts/text.js';

const PLACES = [
  {view: 'queues', title: 'Queues', of: ['queues', 'queue', 'task']},
  {view: 'sinks', title: 'Sinks', of: ['sinks', 'sink']},
  {view: 'parked', title: 'Parked', of: ['parked']},
  {view: 'replay', title: 'Replay', of: ['replay']},
];

export function top(state) {
  return [
    h('a.product', {href: link('queues'), 'aria-label': 'Task queue console, all queues'},
      h('svg', {viewBox: '0 0 32 32', 'aria-hidden': 'true'}, h('rect', {width: 32, height: 32, rx: 7}),
        h('path', {d: 'M8 10h9M8 16h16M8 22h12'}), h('circle', {cx: 23, cy: 10, r: 2})),
      h('span', {}, 'Task queues')),
    h('nav', {'aria-label': 'Views'}, PLACES.map(place => h('a', {
      href: link(place.view), 'aria-current': place.of.includes(state.view?.name) ? 'page' : null,
    }, place.title, place.view === 'parked' && state.totals?.parked > 0
      && h('span.count', {title: `Parked events: ${integer(state.totals.parked)}`}, integer(state.totals.parked))))),
    currency(state),
  ];
}

/** How current what is shown is. */
function currency(state) {
  const progress = state.progress?.queues;
  const [level, text] = state.signedOut !== null ? ['off', 'signed out']
    : state.live.state === 'lost' ? ['serious', 'disconnected']
      : !progress || state.live.state === 'connecting' ? ['off', 'connecting']
        : progress.state === 'CURRENT' ? ['good', 'live']
          : progress.state === 'DISCONNECTED' ? ['serious', 'Kafka unavailable']
            : ['notice', progress.state === 'CATCHING_UP' ? `${integer(progress.behind)} behind` : 'starting'];
  return h('span.currency', {title: progress?.asOf ? `As of ${progress.asOf}` : null}, h(`span.dot.${level}`, {'aria-hidden': 'true'}), text);
}

export function banner(state) {
  if (state.signedOut !== null) {
    return [];
  }
  if (state.live.state === 'lost') {
    const wait = Math.max(0, Math.ceil((state.live.retryAt - Date.now()) / 1_000));
    return h('div.banner.serious', {key: 'lost'},
      h('strong', {}, 'Disconnected. '),
      h('span', {}, `No connection to the console since ${new Date(state.live.since).toLocaleTimeString('en-GB')}; `
        + `what is shown is from then. ${wait > 0 ? `Next attempt in ${wait} s.` : 'Connecting …'}`),
      h('button', {type: 'button', on: {click: () => state.live.retry()}}, 'Connect now'));
  }
  // one at a time: while the queues are incomplete, so is what is said of the sinks
  const [key, whose] = state.progress?.queues && state.progress.queues.state !== 'CURRENT' ? ['queues', 'of the queues'] : ['sinks', 'of the sinks'];
  const progress = state.progress?.[key];
  if (progress?.state === 'CURRENT') {
    return progress.problem ? h('div.banner.notice', {key}, progress.problem) : [];
  }
  return progress ? notCurrent(progress, whose, key) : [];
}

function notCurrent(progress, whose, key) {
  if (progress.state === 'DISCONNECTED') {
    return h('div.banner.serious', {key},
      h('strong', {}, `Kafka is unavailable. `), h('span', {}, `The view ${whose} `,
        progress.asOf ? ['has not changed for ', age(progress.asOf)] : 'does not change', '. ', progress.problem ?? 'It continues when Kafka answers.'));
  }
  const what = {
    STARTING: `The view ${whose} starts.`,
    RESTORING: `The view ${whose} reads its own state back from Kafka.`,
    CATCHING_UP: `The view ${whose} catches up.`,
  }[progress.state];
  return h('div.banner.notice', {key},
    h('span', {}, h('strong', {}, what), ` Counts are incomplete until then`,
      progress.behind > 0 && `; ${plural(progress.behind, 'record')} behind`,
      progress.asOf && [', as of ', ago(progress.asOf)], '.', progress.problem && ` ${progress.problem}`),
    progress.state !== 'STARTING' && h('span.progress', {
      role: 'progressbar', 'aria-label': what, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.floor(progress.done * 100),
    }, h('span', {style: {width: `${100 * progress.done}%`}})),
    progress.state !== 'STARTING' && h('span.share', {}, percent(progress.done)));
}

export function foot(state) {
  const settings = state.settings;
  return settings && [
    h('span', {}, settings.version ? `Version ${settings.version}` : ''),
    h('span', {}, settings.allowWrites ? 'Redrive and discard are allowed' : 'Read-only'),
    h('span', {}, settings.showPayloads ? 'Payloads are shown' : 'Payloads are hidden'),
    h('span.keys', {}, h('kbd', {}, '/'), ' filter'),
  ];
}
