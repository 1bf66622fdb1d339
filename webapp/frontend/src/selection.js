// A bar for acts on many rows: [data-selection] shows while boxes [data-select] are ticked; [data-select-all] ticks them all.
export function selection(root) {
  for (const bar of root.querySelectorAll('[data-selection]:not([data-selection-on])')) watch(bar);
}

function watch(bar) {
  bar.dataset.selectionOn = '1';
  const boxes = () => [...document.querySelectorAll('input[data-select]')];
  const count = bar.querySelector('[data-selection-count]');
  const all = document.querySelector('input[data-select-all]');
  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    bar.hidden = ticked === 0;
    if (count) count.textContent = String(ticked);
    if (all) { all.checked = ticked > 0 && ticked === boxes().length; all.indeterminate = ticked > 0 && !all.checked; }
  };
  document.addEventListener('change', (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    if (event.target === all || event.target.matches('input[data-select]')) show();
  });
  show();
}
