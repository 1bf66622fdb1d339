// The files chosen so far, with sizes, each removable; tells at once what the server would refuse. Choosing again adds.
export function chosenFiles(field) {
  const input = field.querySelector('input[type=file]');
  const list = field.querySelector('[data-files-list]');
  const most = Number(field.dataset.most);
  const bytes = Number(field.dataset.bytes);
  const total = Number(field.dataset.total);
  let kept = [];

  const show = () => {
    const transfer = new DataTransfer();
    for (const file of kept) transfer.items.add(file);
    input.files = transfer.files;
    list.replaceChildren(...kept.map(row));
    const heavy = kept.some((file) => file.size > bytes) || kept.reduce((sum, file) => sum + file.size, 0) > total;
    input.setCustomValidity(kept.length > most ? field.dataset.tooMany : heavy ? field.dataset.tooBig : '');
    input.dispatchEvent(new CustomEvent('files:shown', { bubbles: true }));
  };

  function row(file, index) {
    const item = document.createElement('li');
    const big = file.size > bytes;
    item.classList.toggle('is-wrong', big);
    const name = document.createElement('span');
    name.textContent = `${file.name} · ${size(file.size)}${big ? ` · ${field.dataset.tooBig}` : ''}`;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm';
    button.textContent = field.dataset.remove;
    button.setAttribute('aria-label', `${field.dataset.remove} ${file.name}`);
    button.addEventListener('click', () => { kept.splice(index, 1); show(); input.focus(); });
    item.append(name, button);
    return item;
  }

  input.addEventListener('change', () => {
    const known = new Set(kept.map(key));
    kept = [...kept, ...[...input.files].filter((file) => !known.has(key(file)))];
    show();
  });
}

const key = (file) => `${file.name}/${file.size}/${file.lastModified}`;
const size = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
