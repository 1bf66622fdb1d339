// <form data-guard>: the browser asks before one leaves with something typed that is neither sent nor kept as a draft.
const dirty = new Set();
let listening = false;

export function guardForms(root) {
  for (const form of root.querySelectorAll('form[data-guard]:not([data-guard-on])')) guard(form);
  if (listening) return;
  listening = true;
  window.addEventListener('beforeunload', (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
}

function guard(form) {
  form.dataset.guardOn = '1';
  form.addEventListener('input', () => dirty.add(form));
  form.addEventListener('submit', () => dirty.delete(form));
  form.addEventListener('draft:kept', () => dirty.delete(form));
}
