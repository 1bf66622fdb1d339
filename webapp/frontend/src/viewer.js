// <div class="diagram" data-diagram="id of a JSON data block">. The block: {source, done: [id], current: {id: "word"}, failed: [id],
// links: {id: href or "#anchor"}, names: {id: "name in the language of the page"}, zoomIn, zoomOut, fit}. A click on a step opens its link.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './viewer.css';

for (const host of document.querySelectorAll('[data-diagram]')) show(host);

async function show(host) {
  const given = JSON.parse(document.getElementById(host.dataset.diagram).textContent);
  const answer = await fetch(given.source);
  if (!answer.ok) return fail(host);
  const viewer = new NavigatedViewer({ container: host });
  try {
    await viewer.importXML(await answer.text());
  } catch {
    return fail(host);
  }
  translate(viewer, given.names || {});
  fit(viewer, host, given);
  mark(viewer, given);
  tools(viewer, host, given);
  clicks(viewer, given.links || {});
  host.dataset.ready = '1';
}

function fail(host) {
  host.dataset.ready = 'failed';
  const words = host.parentElement.querySelector('[data-diagram-failed]');
  if (words) words.hidden = false;
  host.hidden = true;
}

function translate(viewer, names) {
  const [registry, graphics] = [viewer.get('elementRegistry'), viewer.get('graphicsFactory')];
  for (const [id, name] of Object.entries(names)) {
    const element = registry.get(id);
    if (!element || !element.businessObject || element.businessObject.name === name) continue;
    element.businessObject.name = name;
    for (const each of [element, registry.get(`${id}_label`)]) {
      if (each) graphics.update(each.waypoints ? 'connection' : 'shape', each, registry.getGraphics(each));
    }
  }
}

// The whole drawing; where a step is current, never so small that it cannot be read (mark() then brings that step into sight).
function fit(viewer, host, given) {
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const readable = host.clientWidth < 600 ? 0.55 : 0.5;
  if (Object.keys(given.current || {}).length && canvas.zoom() < readable) canvas.zoom(readable);
}

function mark(viewer, given) {
  const [canvas, registry, overlays] = [viewer.get('canvas'), viewer.get('elementRegistry'), viewer.get('overlays')];
  const each = (ids, name) => { for (const id of ids || []) if (registry.get(id)) canvas.addMarker(id, name); };
  each(given.done, 'is-done');
  each(given.failed, 'is-failed');
  for (const [id, word] of Object.entries(given.current || {})) {
    const element = registry.get(id);
    if (!element) continue;
    canvas.removeMarker(id, 'is-done');
    canvas.addMarker(id, 'is-current');
    if (word) overlays.add(id, { position: { top: -12, right: 12 }, scale: { min: 1 }, html: token(word) });
  }
  const first = Object.keys(given.current || {}).find((id) => registry.get(id));
  if (first) bringIntoSight(canvas, registry.get(first));
  each(Object.keys(given.links || {}), 'has-event');
}

// The step in the middle of the sheet, yet no further than the drawing goes.
function bringIntoSight(canvas, { x, y, width, height }) {
  const sight = canvas.viewbox();
  const along = (middle, size, from, whole) => (whole <= size ? from - (size - whole) / 2 : Math.min(Math.max(middle - size / 2, from - 20), from + whole - size + 20));
  canvas.viewbox({
    x: along(x + width / 2, sight.width, sight.inner.x, sight.inner.width),
    y: along(y + height / 2, sight.height, sight.inner.y, sight.inner.height),
    width: sight.width, height: sight.height,
  });
}

function token(word) {
  const badge = document.createElement('span');
  badge.className = 'diagram-token';
  badge.textContent = word;
  return badge;
}

function tools(viewer, host, given) {
  const canvas = viewer.get('canvas');
  const bar = document.createElement('div');
  bar.className = 'diagram-tools';
  const button = (sign, name, act) => {
    const made = document.createElement('button');
    Object.assign(made, { type: 'button', textContent: sign, title: name, ariaLabel: name });
    made.addEventListener('click', act);
    bar.append(made);
  };
  button('+', given.zoomIn || '+', () => viewer.get('zoomScroll').stepZoom(1));
  button('−', given.zoomOut || '−', () => viewer.get('zoomScroll').stepZoom(-1));
  button('⤢', given.fit || '⤢', () => canvas.zoom('fit-viewport', 'auto'));
  host.append(bar);
}

function clicks(viewer, links) {
  const canvas = viewer.get('canvas');
  let chosen = null;
  viewer.get('eventBus').on('element.click', ({ element }) => {
    const id = element.labelTarget?.id || element.id;
    if (!(id in links)) return;
    if (chosen) canvas.removeMarker(chosen, 'is-chosen');
    canvas.addMarker((chosen = id), 'is-chosen');
    open(links[id]);
  });
}

function open(link) {
  if (!link.startsWith('#')) return location.assign(link);
  const target = document.getElementById(link.slice(1));
  if (!target) return;
  for (let each = target; each; each = each.parentElement) if (each.tagName === 'DETAILS') each.open = true;
  for (const each of document.querySelectorAll('.is-shown')) each.classList.remove('is-shown');
  target.classList.add('is-shown');
  target.scrollIntoView({ block: 'nearest' });
}
