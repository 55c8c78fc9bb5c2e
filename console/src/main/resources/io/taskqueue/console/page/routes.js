// Addresses within the page: #/queue?name=orders. Names travel as parameters, because they may be any text.

/** The link to a view. */
export function link(view, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return `#/${view}${text ? `?${text}` : ''}`;
}

/** The view that the address names, and its parameters. */
export function route(hash = location.hash) {
  const [, view = '', query = ''] = /^#\/?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  return {view: view || 'queues', parameters: Object.fromEntries(new URLSearchParams(query))};
}

/** Changes the parameters of this view without a step in the history. */
export function replaceParameters(changes) {
  const {view, parameters} = route();
  history.replaceState(null, '', link(view, {...parameters, ...changes}));
}
