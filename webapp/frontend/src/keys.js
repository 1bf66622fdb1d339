// In a list marked data-keys: j / k or the arrows move, Enter opens, x selects; "/" goes to the search everywhere.
const typing = (element) => element.closest('input, textarea, select, [contenteditable]') !== null;

export function listKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === '/') return focusSearch(event);
    const list = document.querySelector('[data-keys]');
    if (list) inList(list, event);
  });
}

function focusSearch(event) {
  const search = document.querySelector('[data-search]');
  if (!search) return;
  event.preventDefault();
  search.focus();
}

function inList(list, event) {
  const rows = [...list.querySelectorAll('[data-row]')];
  const at = rows.findIndex((row) => row.classList.contains('is-at'));
  if (event.key === 'j' || event.key === 'k') move(rows, event.key === 'j' ? at + 1 : Math.max(at - 1, 0));
  if (at < 0) return;
  if (event.key === 'Enter' && !event.target.closest('a, button, summary')) rows[at].querySelector('a[href]')?.click();
  if (event.key === 'x') rows[at].querySelector('input[type=checkbox]')?.click();
}

function move(rows, to) {
  const row = rows[Math.min(to, rows.length - 1)];
  if (!row) return;
  for (const each of rows) each.classList.toggle('is-at', each === row);
  row.querySelector('a[href]')?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}
