// What is typed is kept in this tab only (sessionStorage), so that a reload, a wrong turn or an error loses nothing; it goes with the tab.
const NOT_KEPT = new Set(['csrf_token', '_key', 'website', 'consent']);

export function sessionDraft(form) {
  const name = form.dataset.sessionDraft;
  const fresh = !document.querySelector('[data-focus]'); // after an error the server has given everything back
  if (fresh) restore(form, sessionStorage.getItem(name));
  const save = () => {
    const kept = [...new FormData(form)].filter(([field, value]) => !NOT_KEPT.has(field) && typeof value === 'string');
    sessionStorage.setItem(name, JSON.stringify(kept));
  };
  form.addEventListener('input', save);
  form.addEventListener('change', save);
}

function restore(form, text) {
  if (!text) return;
  for (const [field, value] of JSON.parse(text)) {
    for (const control of form.querySelectorAll(`[name="${CSS.escape(field)}"]`)) {
      if (control.type === 'radio' || control.type === 'checkbox') control.checked = control.value === value;
      else if (control.type !== 'file') control.value = value;
    }
  }
}
