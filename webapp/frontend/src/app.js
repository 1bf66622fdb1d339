import htmx from 'htmx.org';
import '@tabler/core/dist/css/tabler.css';
import './app.css';
import { choiceFilters } from './choices.js';
import { keepDrafts } from './drafts.js';
import { guardForms } from './guard.js';
import { listKeys } from './keys.js';
import { menus } from './menus.js';
import { selection } from './selection.js';
import { submitters } from './submit.js';

htmx.config.includeIndicatorStyles = false; // no injected <style>
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages of cases are not kept in the browser
htmx.config.responseHandling = [
  { code: '204', swap: false },
  { code: '[23]..', swap: true },
  { code: '422', swap: true },
  { code: '[45]..', swap: false, error: true },
];
window.htmx = htmx;

menus();
listKeys();
submitters();
htmx.onLoad((root) => {
  keepDrafts(root);
  guardForms(root);
  selection(root);
  choiceFilters(root);
});
