// A button that copies a text. If the browser does not allow writing to the clipboard, the text is shown selected.
import { el } from './dom.ts';

export function copyButton(label: string, text: () => string): HTMLElement {
  const button = el('button', { type: 'button', class: 'copy', 'aria-live': 'polite' }, label);
  button.addEventListener('click', () => {
    navigator.clipboard?.writeText(text()).then(
      () => {
        button.textContent = 'copied';
      },
      () => shown(button, text()),
    ) ?? shown(button, text());
  });
  return button;
}

function shown(button: HTMLElement, text: string): void {
  const title = button.closest('.title');
  title?.parentElement?.querySelector('.copied-text')?.remove();
  const area = el('textarea', { class: 'copied-text', readonly: true, rows: 12, 'aria-label': 'Text to copy' });
  area.value = text;
  title?.after(area);
  area.focus();
  area.select();
}
