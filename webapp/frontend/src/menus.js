// Menus are <details data-menu>: they open without JavaScript; this closes them by Escape, by a click elsewhere and when another opens.
export function menus() {
  const open = () => document.querySelectorAll('details[data-menu][open]');
  document.addEventListener('click', (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  });
  document.addEventListener('toggle', (event) => {
    if (!event.target.matches?.('details[data-menu]') || !event.target.open) return;
    for (const menu of open()) if (menu !== event.target) menu.open = false;
  }, true);
}
