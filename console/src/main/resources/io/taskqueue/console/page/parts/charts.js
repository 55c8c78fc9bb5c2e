// Charts: a sparkline and bars as SVG, and curves over time by uPlot.

import uPlot from '../uplot/uPlot.esm.js';
import {h, kept} from '../dom.js';
import {absolute, integer, rate} from '../format.js';

const AXIS = new Intl.NumberFormat('en', {maximumFractionDigits: 1});

/** The course of a number, without axes. */
export function sparkline(values, label) {
  if (!values || values.length < 2) {
    return h('span.faint', {}, '');
  }
  const width = 96, height = 22;
  const max = Math.max(...values), min = Math.min(...values, max * 0.5);
  const x = index => (index * width / (values.length - 1)).toFixed(1);
  const y = value => (max === min ? height - 1.5 : height - 1.5 - (value - min) * (height - 3) / (max - min)).toFixed(1);
  const line = values.map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`).join('');
  return h('svg.spark', {viewBox: `0 0 ${width} ${height}`, role: 'img', preserveAspectRatio: 'none',
    'aria-label': `${label}: ${integer(values[0])} to ${integer(values[values.length - 1])}, highest ${integer(max)}`},
  h('path', {class: 'area', d: `${line}L${width} ${height}L0 ${height}Z`}), h('path', {class: 'line', d: line}));
}

/** How a whole is divided. @param parts [{name, count, class}] */
export function division(parts, label) {
  const whole = parts.reduce((sum, part) => sum + part.count, 0);
  return h('div.division', {role: 'img', 'aria-label': `${label}: ${parts.map(part => `${part.name} ${integer(part.count)}`).join(', ')}`},
    whole > 0 && parts.filter(part => part.count > 0).map(part =>
      h(`span.${part.class}`, {key: part.name, title: `${part.name}: ${integer(part.count)}`, style: {'flex-grow': part.count / whole}})));
}

/** Counts in buckets, as bars with their bounds. */
export function histogram(bounds, counts, label, format) {
  const max = Math.max(1, ...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const first = counts.findIndex(count => count > 0);
  const last = counts.length - 1 - [...counts].reverse().findIndex(count => count > 0);
  // one empty bucket on either side; more would only make the others thin
  const shown = counts.map((count, index) => ({count, index})).filter(({index}) => index >= first - 1 && index <= last + 1);
  const range = index => index === 0 ? `up to ${format(bounds[0])}`
    : index === bounds.length ? `over ${format(bounds[bounds.length - 1])}` : `${format(bounds[index - 1])} to ${format(bounds[index])}`;
  return h('div.histogram', {role: 'img', 'aria-label': `${label}: ${shown.map(({count, index}) => `${range(index)}: ${integer(count)}`).join('; ')}`},
    shown.map(({count, index}) => h('div.bucket', {key: index, title: `${range(index)}: ${integer(count)} (${(100 * count / Math.max(1, total)).toFixed(1)} %)`},
      h('div.bar-space', {}, h('div.bar', {style: {height: `${100 * count / max}%`}})),
      h('span.bound', {}, index < bounds.length ? format(bounds[index]) : `> ${format(bounds[bounds.length - 1])}`))));
}

/** The bound below which a share of the values lies; null if it lies in the last bucket, which has none. */
export function quantile(bounds, counts, share) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (let index = 0; index < counts.length; index++) {
    sum += counts[index];
    if (total > 0 && sum >= share * total) {
      return index < bounds.length ? bounds[index] : null;
    }
  }
  return undefined;
}

/**
 * Curves over time.
 *
 * @param series [{name, color}] with color the name of a custom property
 * @param rows [[instant, value, …], …], oldest first
 */
export function timeChart(key, label, series, rows, {perSecond = false} = {}) {
  return kept(key, rows, node => new TimeChart(node, label, series, perSecond ? rate : integer));
}

class TimeChart {
  #node;
  #series;
  #format;
  #legend;
  #frame;
  #plot = null;
  #rows = [];
  #observer;
  #scheme = matchMedia('(prefers-color-scheme: dark)');
  #restyle = () => this.#draw();

  constructor(node, label, series, format) {
    this.#node = node;
    this.#series = series;
    this.#format = format;
    this.#legend = h('div.legend', {'aria-hidden': 'true'});
    this.#frame = h('div.chart-frame', {role: 'img', 'aria-label': label});
    node.className = 'chart';
    node.append(this.#legend, this.#frame);
    this.#observer = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
    this.#observer.observe(this.#frame);
    this.#scheme.addEventListener('change', this.#restyle);
  }

  update(rows) {
    this.#rows = rows;
    const data = this.#data();
    if (this.#plot === null) {
      this.#draw();
    } else {
      this.#plot.setData(data);
    }
    this.#describe(this.#plot?.cursor.idx ?? null);
  }

  close() {
    this.#observer.disconnect();
    this.#scheme.removeEventListener('change', this.#restyle);
    this.#plot?.destroy();
  }

  #data() {
    const columns = this.#series.map((_, index) => this.#rows.map(row => row[index + 1]));
    return [this.#rows.map(row => Date.parse(row[0]) / 1_000), ...columns];
  }

  #size() {
    return {width: Math.max(120, this.#frame.clientWidth), height: 168};
  }

  #draw() {
    this.#plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const color = property => style.getPropertyValue(property).trim();
    const axis = {
      stroke: color('--muted'), font: `11px ${color('--sans')}`, ticks: {show: false},
      grid: {stroke: color('--line'), width: 1},
    };
    this.#plot = new uPlot({
      ...this.#size(),
      padding: [8, 8, 0, 0],
      legend: {show: false},
      cursor: {y: false, points: {size: 6}, drag: {setScale: false, x: false, y: false}},
      scales: {y: {range: (plot, min, max) => [0, Math.max(max * 1.08, 1)]}},
      axes: [
        {...axis, size: 26, space: 70, values: (plot, ticks) => ticks.map(tick => new Date(tick * 1_000).toLocaleTimeString('en-GB',
          {hour: '2-digit', minute: '2-digit', ...(ticks.length > 1 && ticks[1] - ticks[0] < 60 ? {second: '2-digit'} : {})}))},
        {...axis, size: 52, space: 36, values: (plot, ticks) => ticks.map(tick => AXIS.format(tick))},
      ],
      series: [{}, ...this.#series.map(({name, color: property, fill}) => ({
        label: name, stroke: color(property), width: 1.5, points: {show: false}, ...(fill ? {fill: color(fill)} : {}),
      }))],
      hooks: {setCursor: [plot => this.#describe(plot.cursor.idx)]},
    }, this.#data(), this.#frame);
  }

  #describe(index) {
    const row = this.#rows[index ?? this.#rows.length - 1];
    this.#legend.replaceChildren(
      ...this.#series.map(({name, color}, column) => h('span.legend-item', {}, h(`span.swatch`, {style: {background: `var(${color})`}}), name,
        h('b', {}, row ? this.#format(row[column + 1]) : '–'))),
      h('span.legend-time', {title: row ? absolute(row[0]) : null}, row ? new Date(row[0]).toLocaleTimeString('en-GB') : ''));
  }
}
