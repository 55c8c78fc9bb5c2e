// The REST API of the console: every answer is {asOf, behind, data}, every error {error}.

const TOKEN = 'taskqueue.token';

/** An answer that is an error; its message states the fact, what was found, and the remedy. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** No answer came. */
export class Unreachable extends Error {}

/** The token of this session; kept until the tab is closed. */
export const session = {
  token: () => sessionStorage.getItem(TOKEN),
  signIn: token => sessionStorage.setItem(TOKEN, token),
  signOut: () => sessionStorage.removeItem(TOKEN),
};

/** The path with its parameters; empty ones are left out. */
export function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

/** The answer to a request, as it comes. */
export async function request(url, options = {}) {
  const headers = {...options.headers};
  if (session.token()) {
    headers.Authorization = `Bearer ${session.token()}`;
  }
  let response;
  try {
    response = await fetch(url, {...options, headers, cache: 'no-store', credentials: 'omit'});
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Unreachable(`No answer from ${location.host}. Check that the console runs: taskqueue console.`, {cause: failure});
  }
  if (!response.ok) {
    throw new ApiError(response.status, await errorOf(response));
  }
  return response;
}

/** The data of an answer, with `asOf` and `behind`. */
export async function get(path, parameters, signal) {
  const response = await request(address(path, parameters), {signal});
  return await response.json();
}

export async function post(path, body, signal) {
  const response = await request(address(path), {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
    signal,
  });
  return await response.json();
}

async function errorOf(response) {
  try {
    const body = await response.json();
    return body.error ?? `The console answered ${response.status}.`;
  } catch {
    return `The console answered ${response.status} ${response.statusText}.`;
  }
}
