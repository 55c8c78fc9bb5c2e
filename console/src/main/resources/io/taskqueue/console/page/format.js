// Numbers, durations and times as text.

const INTEGER = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const ONE_DIGIT = new Intl.NumberFormat('en', {minimumFractionDigits: 1, maximumFractionDigits: 1});
const DATE = new Intl.DateTimeFormat('en-CA', {year: 'numeric', month: '2-digit', day: '2-digit'});
const TIME = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3});

export function integer(number) {
  return number === null || number === undefined ? '–' : INTEGER.format(number);
}

/** Events a second. */
export function rate(number) {
  if (number === null || number === undefined) {
    return '–';
  }
  return number === 0 ? '0' : number < 0.05 ? '<0.1' : number < 99.95 ? ONE_DIGIT.format(number) : INTEGER.format(number);
}

export function percent(share) {
  return `${ONE_DIGIT.format(Math.floor(share * 1_000) / 10)} %`;
}

/** A duration with its two largest units: 3 min 20 s. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) {
    return '–';
  }
  if (seconds < 0.0005) {
    return '0 s';
  }
  if (seconds < 1) {
    return `${Math.round(seconds * 1_000)} ms`;
  }
  return seconds < 9.95 ? `${ONE_DIGIT.format(seconds)} s` : whole(Math.round(seconds));
}

/** A duration in whole seconds or larger units. */
function whole(exact) {
  const seconds = Math.floor(exact);
  if (seconds < 1) {
    return '0 s';
  }
  const units = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];
  const first = units.findIndex(([size]) => seconds >= size);
  const [size, unit] = units[first];
  const count = Math.floor(seconds / size);
  const rest = first + 1 < units.length ? Math.floor((seconds % size) / units[first + 1][0]) : 0;
  return rest > 0 ? `${integer(count)} ${unit} ${rest} ${units[first + 1][1]}` : `${integer(count)} ${unit}`;
}

/** When something happened, as seen from now. */
export function relative(instant) {
  const seconds = (Date.now() - Date.parse(instant)) / 1_000;
  if (Math.abs(seconds) < 1) {
    return 'now';
  }
  const text = whole(Math.abs(seconds));
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** How long ago something happened. */
export function ageOf(instant) {
  return whole(Math.max(0, (Date.now() - Date.parse(instant)) / 1_000));
}

/** An instant with its time zone, and in UTC: what a title shows. */
export function absolute(instant) {
  const date = new Date(instant);
  return `${DATE.format(date)} ${TIME.format(date)} ${zone(date)}\n${instant}`;
}

/** The time of a day, for instants of today; otherwise with the date. */
export function clock(instant) {
  const date = new Date(instant);
  return DATE.format(date) === DATE.format(Date.now()) ? TIME.format(date) : `${DATE.format(date)} ${TIME.format(date)}`;
}

export function plural(count, word, words = `${word}s`) {
  return `${integer(count)} ${count === 1 ? word : words}`;
}

/** The epoch and the sequence number of an event, as the command line writes a position. */
export function position(of) {
  return `${of.epoch}/${of.sequence}`;
}

function zone(date) {
  const minutes = -date.getTimezoneOffset();
  const part = number => String(Math.floor(Math.abs(number))).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${part(minutes / 60)}:${part(minutes % 60)}`;
}
