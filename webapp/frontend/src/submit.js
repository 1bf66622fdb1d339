// A form is sent once: a second click while it is under way does nothing. [data-auto-submit] sends its form when it changes.
// [data-back] goes back, [data-print] prints, [data-copy] copies the text of the element it names.
export function submitters() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || form.target) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = '1';
    event.submitter?.classList.add('btn-loading');
  });
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
    for (const button of document.querySelectorAll('.btn-loading')) button.classList.remove('btn-loading');
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-auto-submit]')) event.target.form.requestSubmit();
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-back], [data-print], [data-copy]');
    if (!button) return;
    if ('back' in button.dataset) history.back();
    if ('print' in button.dataset) window.print();
    if (button.dataset.copy) copy(button);
  });
}

async function copy(button) {
  await navigator.clipboard?.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  if (button.dataset.copied) button.textContent = button.dataset.copied;
}
