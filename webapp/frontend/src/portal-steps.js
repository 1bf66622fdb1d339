// The one page of the form becomes three steps: one section at a time, in the address (#who), so that the back button goes one step back.
export function steps(form) {
  const sections = [...form.querySelectorAll('[data-step]')];
  const names = sections.map((section) => section.dataset.step);
  const links = [...form.querySelectorAll('[data-step-link]')];
  form.noValidate = true; // a hidden section cannot show the browser's bubble: we check step by step
  form.classList.add('is-stepped');
  for (const each of form.querySelectorAll('[data-step-acts]')) each.hidden = false;

  const named = () => form.elements.anonymous.value !== 'yes';
  const skipped = (control) => !named() && control.closest('[data-identity]');
  const unreachable = (control) => control.name === 'phone' && !control.value.trim() && !form.elements.email.value.trim();
  const isWrong = (control) => !skipped(control) && (!control.checkValidity() || unreachable(control));
  const wrong = (section) => [...section.querySelectorAll('input, select, textarea')].find(isWrong);
  const firstWrong = (until) => sections.slice(0, until).map(wrong).find(Boolean);
  form.elements.name.required = true; // where it is not hidden: without this script the server asks for it

  function show(name, focus = true) {
    const at = Math.max(0, names.indexOf(name));
    sections.forEach((section, i) => { section.hidden = i !== at; });
    links.forEach((link, i) => {
      link.classList.toggle('is-done', i < at);
      if (i === at) link.setAttribute('aria-current', 'step');
      else link.removeAttribute('aria-current');
    });
    if (names[at] === 'check') summarise(form);
    if (focus) { sections[at].focus({ preventScroll: true }); form.scrollIntoView({ block: 'start' }); }
  }

  function refuse(control) {
    const name = control.closest('[data-step]').dataset.step;
    if (control.closest('[data-step]').hidden) move(name);
    sayWhy(control);
    control.scrollIntoView({ block: 'center' });
    control.focus({ preventScroll: true });
  }

  function move(name) {
    if (location.hash !== `#${name}`) history.pushState(null, '', `#${name}`);
    show(name);
  }

  function go(name) {
    const problem = firstWrong(names.indexOf(name));
    if (problem) refuse(problem);
    else move(name);
  }

  form.addEventListener('click', (event) => {
    const to = event.target.closest('[data-step-to], [data-step-link]');
    if (!to) return;
    event.preventDefault();
    go(to.dataset.stepTo ?? to.dataset.stepLink);
  });
  form.addEventListener('submit', (event) => {
    const problem = firstWrong(sections.length);
    if (problem) { event.preventDefault(); refuse(problem); }
  }, true);
  form.addEventListener('keydown', (event) => { // Enter in a field means "next", not "send"
    const next = event.target.closest('[data-step]')?.querySelector('.btn-primary[data-step-to]');
    if (event.key === 'Enter' && event.target.matches('input:not([type=checkbox], [type=radio], [type=file])') && next) { event.preventDefault(); next.click(); }
  });
  document.addEventListener('click', (event) => { // a link of the summary of errors leads into a hidden step
    const target = event.target.closest('.portal-problems a') && document.getElementById(event.target.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    show(target.closest('[data-step]').dataset.step, false);
    target.scrollIntoView({ block: 'center' });
    (target.matches('input, select, textarea') ? target : target.querySelector('input'))?.focus();
  });
  window.addEventListener('popstate', () => show(location.hash.slice(1)));

  const failed = form.querySelector('.has-error')?.closest('[data-step]');
  show(failed ? failed.dataset.step : names.includes(location.hash.slice(1)) && !firstWrong(names.indexOf(location.hash.slice(1))) ? location.hash.slice(1) : names[0], false);
}

// The same red sentence that the server would write; it goes when one types.
function sayWhy(control) {
  if (control.getAttribute('aria-invalid')) return;
  const why = document.createElement('p');
  why.className = 'portal-error';
  why.id = `${control.id}-refusal`;
  why.textContent = control.dataset.refusal || control.validationMessage;
  (control.closest('.form-check') ?? control).before(why);
  control.classList.add('is-invalid');
  control.setAttribute('aria-invalid', 'true');
  const told = control.getAttribute('aria-describedby');
  control.setAttribute('aria-describedby', [told, why.id].filter(Boolean).join(' '));
  control.closest('form').addEventListener('input', () => {
    why.remove();
    control.classList.remove('is-invalid');
    control.removeAttribute('aria-invalid');
    if (told) control.setAttribute('aria-describedby', told);
    else control.removeAttribute('aria-describedby');
  }, { once: true });
}

function summarise(form) {
  const list = form.querySelector('[data-summary]');
  const labels = JSON.parse(list.dataset.labels);
  const anonymous = form.elements.anonymous.value === 'yes';
  list.replaceChildren();
  for (const [name, label] of labels) {
    if (anonymous && form.elements[name].closest?.('[data-identity]')) continue;
    const text = shown(form.elements[name]);
    if (!text && !['title', 'narrative'].includes(name)) continue;
    const row = document.createElement('div');
    const term = document.createElement('dt');
    const value = document.createElement('dd');
    term.textContent = label;
    value.textContent = text || list.dataset.none;
    row.append(term, value);
    list.append(row);
  }
  list.hidden = false;
}

function shown(control) {
  if (control instanceof RadioNodeList) return [...control].find((c) => c.checked)?.closest('label').querySelector('strong').textContent;
  if (control.type === 'file') return [...control.files].map((file) => file.name).join('、');
  if (control.tagName === 'SELECT') return control.value && control.selectedOptions[0].textContent;
  return control.value.trim();
}
