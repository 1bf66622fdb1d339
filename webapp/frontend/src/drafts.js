// <form data-draft="URL">: what is typed is posted there a moment after typing stops; [data-draft-state] tells whether it is kept.
const DELAY = 1200; // milliseconds after the last key
const withoutFiles = (form) => {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
  return data;
};

export function keepDrafts(root) {
  for (const form of root.querySelectorAll('form[data-draft]:not([data-draft-on])')) keep(form);
  if (root.matches?.('form[data-draft]:not([data-draft-on])')) keep(root);
}

function keep(form) {
  form.dataset.draftOn = '1';
  let timer = null;
  const say = (name) => {
    const state = document.querySelector('[data-draft-state]');
    if (state) state.textContent = state.dataset[name] || '';
  };
  const save = async () => {
    timer = null;
    try {
      const answer = await fetch(form.dataset.draft, { method: 'POST', body: withoutFiles(form), keepalive: true, headers: { 'X-Requested-With': 'fetch' } });
      if (!answer.ok) throw new Error(answer.status);
      form.dispatchEvent(new CustomEvent('draft:kept', { bubbles: true }));
      say('kept');
    } catch {
      say('failed');
    }
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    say('saving');
    timer = setTimeout(save, DELAY);
  });
  form.addEventListener('submit', () => { clearTimeout(timer); timer = null; });
  window.addEventListener('pagehide', () => { if (timer) { clearTimeout(timer); save(); } });
}
