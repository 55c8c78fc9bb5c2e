// One sink: how far it has come, what its effects did and how long they took, its instances, and its latest replays.

import {get} from '../api.js';
import {h} from '../dom.js';
import {duration, integer} from '../format.js';
import {link, replaceParameters} from '../routes.js';
import {problemList} from '../parts/badges.js';
import {division, histogram, quantile} from '../parts/charts.js';
import {sinkCommand} from '../parts/commands.js';
import {above, count, eta} from '../parts/count.js';
import {positionColumns} from '../parts/position.js';
import {beside, empty, figures, section} from '../parts/states.js';
import {pager, Paging, table} from '../parts/table.js';
import {MEANINGS, term} from '../parts/term.js';
import {ago, copy, name} from '../parts/text.js';

const SIZE = 25;

export function sink(page, parameters) {
  return new Sink(page, parameters);
}

class Sink {
  #page;
  #name;
  #sorted;
  #paging = new Paging(SIZE);
  #data = null;

  constructor(page, {name: sinkName = '', sort = 'lag', order = 'desc', after = null}) {
    this.#page = page;
    this.#name = sinkName;
    this.#sorted = {sort, order};
    this.#paging.after = after;
    this.title = `Sink ${sinkName}`;
  }

  get ready() {
    return this.#data !== null;
  }

  async load(signal) {
    const {data} = await get('sink', {name: this.#name, ...this.#sorted, limit: SIZE, after: this.#paging.after}, signal);
    this.#data = data;
  }

  render() {
    const {sink: of, positions, replays} = this.#data;
    return [
      h('div.view-head', {key: 'head'},
        h('h1', {}, h('span.crumb', {}, 'Sink '), name(of.name)), copy(of.name, 'the name of the sink'),
        h('span.head-links', {}, of.parked > 0 && h('a.button', {href: link('parked', {sink: of.name})}, `Parked events (${integer(of.parked)})`),
          h('a.button', {href: link('replay', {sink: of.name})}, 'Plan a replay')),
        h('p.facts', {}, h('span', {}, term('Consumer group', 'The state of its consumer group, as Kafka names it: stable means that its partitions are assigned to instances, empty that none runs.'), ' is ', h('b', {}, name(of.groupState.toLowerCase(), 'span'))),
          h('span', {}, h('b', {}, integer(of.instances.length)), of.instances.length === 1 ? ' instance' : ' instances'), limit(of.limit))),
      problemList(of.problems, link('parked', {sink: of.name})),
      figures('This sink', [
        {title: 'Lag', value: integer(of.lagEvents), hint: 'Events that it has not applied, of all queues together'},
        {title: 'Behind', value: duration(of.lagSeconds), hint: 'The age of the oldest of them'},
        {title: 'ETA', value: h('span.small', {}, eta(of)), hint: 'When it will have caught up, at the present rates'},
        {title: 'In flight', value: integer(of.inFlight), hint: 'Events that were read and are not applied yet'},
        {title: 'Parked', hint: MEANINGS.parked, value: integer(of.parked), level: above(of.parked)},
        {title: 'Ambiguous', value: integer(of.ambiguous), level: above(of.ambiguous), hint: 'Parked events whose effect has an unknown result'},
        {title: 'Failed', value: integer(of.failed), level: above(of.failed), hint: 'Effects whose newest result is a recorded failure'},
        {title: 'Undecodable', value: integer(of.undecodable), level: above(of.undecodable), hint: 'Records in its dead-letter topic'},
      ]),
      h('div.panels', {key: 'effects'}, effects(of.effects), latency(of.instances)),
      probes(of.instances),
      section('Instances', of.instances.length === 0
        ? empty('No instance reports itself', 'The sink does not run, or it runs a version that does not report. Start it:',
          sinkCommand(this.#page.state.settings, of.name, '--sink …'))
        : table({label: 'Instances', columns: INSTANCE_COLUMNS, rows: of.instances, key: row => row.instance})),
      section('Positions per queue', beside(pager(positions, this.#paging, () => this.#moved(), ['queue', 'queues'])),
        positions.total === 0 ? empty('No position yet', 'The sink has not applied an event of any queue.') : table({
          label: 'Positions per queue', columns: positionColumns('queue'), rows: positions.items, key: row => row.queueName,
          sorted: {by: this.#sorted.sort, order: this.#sorted.order, change: (sort, order) => this.#change({sort, order})},
        })),
      section('Replays', replays.length === 0
        ? empty('No replay yet', 'A replay reads events again and answers their effects from recorded results.')
        : table({label: 'Receipts of the latest replays', columns: replayColumns(replays), rows: replays, key: row => row.partition})),
    ];
  }

  #change(changes) {
    this.#sorted = changes;
    this.#paging.reset();
    replaceParameters({...changes, after: null});
    this.#page.reload();
  }

  #moved() {
    replaceParameters({after: this.#paging.after});
    this.#page.reload();
  }
}

/** The rate limit in force; nothing where there is none, or where no instance reports it. */
function limit(of) {
  return of !== null && (of.perSecond !== null || of.perKey !== null)
    && h('span', {}, term('Rate limit', 'How many calls its instances make in a second at most, all together; `taskqueue rate` changes it. Events whose turn has not come wait, in their order.'),
      ' ', h('b', {}, name(of.text, 'span')), of.waiting > 0 && [', ', h('b', {}, integer(of.waiting)), of.waiting === 1 ? ' event waits' : ' events wait', ' for it']);
}

function effects(counts) {
  if (counts === null) {
    return h('section.panel', {'aria-label': 'Effects'}, h('h2', {}, 'Effects since the instances started'), h('p.faint', {}, 'No running instance reports them.'));
  }
  const parts = [
    {name: 'Run', count: counts.run, class: 'run', hint: 'the action ran, and its result was recorded'},
    {name: 'Reused', count: counts.reused, class: 'reused', hint: 'answered from a recorded result'},
    {name: 'Failed', count: counts.failed, class: 'failed', hint: 'failed permanently; the failure is recorded'},
    {name: 'Parked', count: counts.parked, class: 'parked', hint: 'the event was parked'},
    {name: 'Ambiguous', count: counts.ambiguous, class: 'ambiguous', hint: 'it is unknown whether the action was done'},
  ];
  return h('section.panel', {'aria-label': 'Effects'}, h('h2', {}, 'Effects since the instances started'), division(parts, 'Effects'),
    h('dl.shares', {}, parts.map(part => h('div', {key: part.name}, h('dt', {}, h(`span.swatch.round.${part.class}`, {'aria-hidden': 'true'}), term(part.name, MEANINGS[part.class])),
      h('dd', {class: part.count > 0 && part.class !== 'run' && part.class !== 'reused' ? 'notice-text' : ''}, integer(part.count)), h('dd.faint', {}, part.hint)))));
}

/** What the process of a canary measures: how long its probes took to each stage. */
const STAGES = {durable: 'Until the task is confirmed', leased: 'Until a worker has it', completed: 'Until it is completed', effect: 'Until the sink ran its effect'};

function probes(instances) {
  const stages = Object.keys(STAGES).filter(stage => instances.some(instance => instance.latencies[stage]));
  const others = [...new Set(instances.flatMap(instance => Object.keys(instance.latencies)))].filter(stage => !STAGES[stage]).sort();
  return (stages.length > 0 || others.length > 0) && section(stages.length > 0 ? 'Probes of the canary, from enqueue on' : 'What its process measures',
    h('div.panels', {}, [...stages, ...others].map(stage => histogramOf(STAGES[stage] ?? stage,
      instances.map(instance => instance.latencies[stage]).filter(Boolean), 'No probe has come so far since the instances started.'))));
}

function latency(instances) {
  return histogramOf('How long effects took', instances.map(instance => instance.latency), 'No effect has run since the instances started.');
}

function histogramOf(title, latencies, nothing) {
  const all = latencies.filter(one => one.upperMillis.length > 0);
  // instances of one version have the same bounds; of another version, only those that agree are summed
  const same = all.filter(one => String(one.upperMillis) === String(all[0].upperMillis));
  const bounds = all[0]?.upperMillis ?? [];
  const counts = (all[0]?.counts ?? []).map((_, index) => same.reduce((sum, one) => sum + one.counts[index], 0));
  const total = counts.reduce((sum, of) => sum + of, 0);
  const millis = value => duration(value / 1_000);
  const upTo = share => {
    const bound = quantile(bounds, counts, share);
    return bound === null ? `over ${millis(bounds[bounds.length - 1])}` : `≤ ${millis(bound)}`;
  };
  return h('section.panel', {key: title, 'aria-label': title}, h('div.section-head', {}, h('h2', {}, name(title, 'span')),
    total > 0 && h('span.quantiles', {}, [['half', 0.5], ['95 %', 0.95], ['99 %', 0.99]].map(([word, share]) =>
      h('span', {key: word}, `${word} `, h('b', {}, upTo(share)))))),
  total === 0 ? h('p.faint', {}, nothing) : histogram(bounds, counts, title, millis));
}

const INSTANCE_COLUMNS = [
  {title: 'Instance', class: 'subject', cell: row => name(row.instance)},
  {title: 'Host', cell: row => name(row.host)},
  {title: 'Started', cell: row => ago(row.startedAt)},
  {title: 'Reported', cell: row => ago(row.at)},
  {title: 'In flight then', number: true, hint: 'Events in flight when the instance reported itself; those of the whole sink above are of its last commit', cell: row => integer(row.inFlight)},
  {title: 'Unavailable targets', hint: MEANINGS.breaker, class: 'wide full', cell: row => row.breakers.length === 0 ? h('span.faint', {}, 'none')
    : h('span.notice-text', {}, row.breakers.map(text => h('span.line', {}, name(text, 'span'))))},
];

/** The counts are the columns: those that every receipt has. */
function replayColumns(replays) {
  const known = ['events', 'reused', 'run', 'failed', 'parked', 'missing', 'ambiguous'];
  const names = [...new Set(replays.flatMap(replay => Object.keys(replay.counts)))]
      .sort((a, b) => (known.indexOf(a) + 1 || 99) - (known.indexOf(b) + 1 || 99) || a.localeCompare(b));
  return [
    {title: 'Partition', number: true, cell: row => integer(row.partition)},
    {title: 'State', cell: row => row.endedAt === null ? h('span.notice-text', {}, 'running') : h('span', {}, 'complete')},
    {title: 'Mode', cell: row => name(row.mode, 'span')},
    {title: 'Selection', cell: row => row.selection === '' ? h('span.faint', {}, 'everything') : name(row.selection, 'code')},
    {title: 'Offsets', number: true, cell: row => `${integer(row.firstOffset)} – ${integer(row.lastOffset)}`},
    {title: 'Began', cell: row => ago(row.begunAt)},
    {title: 'Ended', cell: row => row.endedAt === null ? h('span.faint', {}, 'runs') : ago(row.endedAt)},
    ...names.map(counted => ({
      title: counted[0].toUpperCase() + counted.slice(1), number: true,
      cell: row => count(row.counts[counted] ?? 0, {level: ['missing', 'failed', 'ambiguous', 'parked'].includes(counted) ? 'notice' : null}),
    })),
  ];
}
