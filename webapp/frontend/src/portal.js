import './portal.css';
import { chosenFiles } from './portal-files.js';
import { sessionDraft } from './portal-draft.js';
import { steps } from './portal-steps.js';

for (const each of document.querySelectorAll('[data-script-only]')) each.hidden = false;
for (const each of document.querySelectorAll('[data-no-script]')) each.hidden = true;
document.querySelector('[data-focus]')?.focus();
for (const field of document.querySelectorAll('[data-files]')) chosenFiles(field);
for (const each of document.querySelectorAll('[data-clear-draft]')) sessionStorage.removeItem(each.dataset.clearDraft);
for (const form of document.querySelectorAll('form[data-session-draft]')) sessionDraft(form);
for (const form of document.querySelectorAll('form[data-steps]')) steps(form);
