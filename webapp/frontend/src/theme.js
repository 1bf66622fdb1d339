// Runs before the page is painted, so that a dark screen does not flash white. Only where the person chose "as the system".
(function () {
  var root = document.documentElement;
  if (root.dataset.theme !== 'auto') return;
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  function follow() { root.dataset.bsTheme = dark.matches ? 'dark' : 'light'; }
  follow();
  dark.addEventListener('change', follow);
})();
