// A long list of boxes, [data-choices="label of the filter"]: a box above it filters, and what is ticked stays in sight at the top.
export function choiceFilters(root) {
  for (const list of root.querySelectorAll('[data-choices]:not([data-choices-on])')) filterable(list);
}

function filterable(list) {
  list.dataset.choicesOn = '1';
  const rows = [...list.querySelectorAll('.form-check')];
  const box = Object.assign(document.createElement('input'), { type: 'search', className: 'form-control choice-filter', ariaLabel: list.dataset.choices, placeholder: list.dataset.choices, autocomplete: 'off' });
  const ticked = (row) => row.querySelector('input').checked;
  const arrange = () => list.append(...rows.filter(ticked), ...rows.filter((row) => !ticked(row)));
  const show = () => {
    const wanted = box.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !ticked(row) && !row.textContent.toLowerCase().includes(wanted);
  };
  box.addEventListener('input', (event) => { event.stopPropagation(); show(); }); // it is no answer: no draft, no refresh
  box.addEventListener('change', (event) => event.stopPropagation());
  box.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
  list.before(box);
  arrange();
}
