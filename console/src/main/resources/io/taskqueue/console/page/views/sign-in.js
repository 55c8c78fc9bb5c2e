// The sign-in: the token of the console, kept for the session of this tab only.

import {h} from '../dom.js';

export function signIn(reason, done) {
  return h('form.sign-in', {
    on: {
      submit: event => {
        event.preventDefault();
        const token = event.currentTarget.elements.namedItem('token').value.trim();
        if (token) {
          done(token);
        }
      },
    },
  }, h('h1', {}, 'Sign in'),
  h('p', {}, 'This console asks for its token: the value of --token, or of TASKQUEUE_TOKEN, with which it was started.'),
  reason === 'refused' && h('p.wrong', {role: 'alert', id: 'refused'}, 'The token was refused. Check that it is complete, without spaces.'),
  h('label', {for: 'token'}, 'Token'),
  h('input', {
    id: 'token', name: 'token', type: 'password', autocomplete: 'current-password', required: true, spellcheck: 'false',
    'aria-describedby': reason === 'refused' ? 'refused' : null,
  }),
  h('button.primary', {type: 'submit'}, 'Sign in'),
  h('p.faint', {}, 'It is kept until this tab is closed.'));
}
