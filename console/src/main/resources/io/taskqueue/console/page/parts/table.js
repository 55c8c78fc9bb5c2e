// Tables: headers that sort, rows that keep their identity, and cards on a narrow screen.

import {h} from '../dom.js';
import {integer, plural} from '../format.js';
import {replaceParameters} from '../routes.js';
import {term} from './term.js';

/**
 * A table.
 *
 * @param label what it lists
 * @param columns [{title, cell(row), sort, number, class, hint, when(row)}]; `sort` is the word of the server; the first column names the row; a column
 *     with `when` is left out where that holds for no row, because it would be blank
 * @param rows the rows
 * @param key (row) its identity
 * @param sorted {by, order, change(by, order)}, or null
 */
export function table({label, columns: all, rows, key, sorted = null}) {
  const columns = all.filter(column => !column.when || rows.some(column.when));
  return [
    sorted && h('label.sort-choice', {}, 'Sort by ', h('select', {
      value: `${sorted.by} ${sorted.order}`,
      on: {change: event => sorted.change(...event.currentTarget.value.split(' '))},
    }, columns.filter(column => column.sort).flatMap(column => ['asc', 'desc'].map(order =>
      h('option', {value: `${column.sort} ${order}`, selected: sorted.by === column.sort && sorted.order === order},
        `${column.title}, ${order === 'asc' ? 'ascending' : 'descending'}`))))),
    h('div.table-frame', {key: `table ${label}`}, h('table', {role: 'table', 'aria-label': label},
      h('thead', {role: 'rowgroup'}, h('tr', {role: 'row'}, columns.map(column => header(column, sorted)))),
      h('tbody', {role: 'rowgroup'}, rows.map(row => h('tr', {role: 'row', key: key(row)},
        columns.map((column, index) => h(index === 0 ? 'th' : 'td', {
          role: index === 0 ? 'rowheader' : 'cell',
          scope: index === 0 ? 'row' : null,
          class: classes(column),
          'data-label': column.title,
        }, h('span.cell', {}, column.cell(row))))))))),
  ];
}

function header(column, sorted) {
  const current = sorted && column.sort && sorted.by === column.sort;
  const direction = current ? (sorted.order === 'asc' ? 'ascending' : 'descending') : null;
  return h('th', {
    role: 'columnheader', scope: 'col', class: classes(column), 'aria-sort': direction ?? (column.sort && sorted ? 'none' : null),
  }, column.sort && sorted
    ? h('button.sort', {
      type: 'button', 'data-explain': column.hint,
      on: {click: () => sorted.change(column.sort, current ? (sorted.order === 'asc' ? 'desc' : 'asc') : column.number ? 'desc' : 'asc')},
    }, column.title, h('span.arrow', {'aria-hidden': 'true'}, current ? (sorted.order === 'asc' ? '↑' : '↓') : ''))
    : column.hint ? term(column.title, column.hint) : column.title);
}

function classes(column) {
  return [column.number ? 'number' : '', column.class ?? ''].filter(Boolean).join(' ') || null;
}

/** The rows in the order of a column, for a list that is here as a whole. What is unknown is last in either direction. @param by the order() of columns */
export function inOrder(rows, columns, {by, order}) {
  const value = columns.find(column => column.sort === by)?.order;
  if (!value) {
    return rows;
  }
  const sign = order === 'desc' ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    const unknown = each => each === null || each === undefined;
    return unknown(one) || unknown(other) ? unknown(one) - unknown(other)
      : sign * (typeof one === 'string' ? one.localeCompare(other) : one - other);
  });
}

/** What a list is ordered by that the page orders itself; kept in the address. */
export class Order {
  #page;
  #prefix;
  by;
  order;

  constructor(page, parameters, by, order = 'asc', prefix = '') {
    this.#page = page;
    this.#prefix = prefix;
    this.by = parameters[`${prefix}sort`] ?? by;
    this.order = parameters[`${prefix}order`] ?? order;
  }

  change = (by, order) => {
    this.by = by;
    this.order = order;
    replaceParameters({[`${this.#prefix}sort`]: by, [`${this.#prefix}order`]: order});
    this.#page.draw();
  };
}

/** Where a reader is in a list of parts: the cursors of the parts before, so that one can go back. */
export class Paging {
  #before = [];
  #size;
  after = null;

  constructor(size) {
    this.#size = size;
  }

  reset() {
    this.#before = [];
    this.after = null;
  }

  forward(next) {
    this.#before.push(this.after);
    this.after = next;
  }

  back() {
    this.after = this.#before.pop() ?? null;
  }

  get size() {
    return this.#size;
  }

  get first() {
    return this.#before.length * this.#size;
  }

  get atStart() {
    return this.#before.length === 0;
  }
}

/** Which part of a list is shown, and the ways to the others. */
export function pager(page, paging, change, words) {
  const until = paging.first + page.items.length;
  const range = page.total === 0 ? `no ${words[1]}`
    : page.items.length === page.total ? plural(page.total, ...words)
      : `${integer(paging.first + 1)}–${integer(until)} of ${plural(page.total, ...words)}`;
  const several = !paging.atStart || page.next !== null;
  return h('nav.pager', {'aria-label': `Parts of the list of ${words[1]}`},
    h('span', {'aria-live': 'polite'}, range),
    several && h('button', {type: 'button', disabled: paging.atStart, on: {click: () => { paging.back(); change(); }}}, 'Previous'),
    several && h('button', {type: 'button', disabled: page.next === null, on: {click: () => { paging.forward(page.next); change(); }}}, 'Next'));
}
