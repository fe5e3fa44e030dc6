// Escapes text of a trace for a page, so that nothing in it is markup.

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const markup = (text: string): string => text.replace(/[&<>"']/g, (char) => MARKUP[char] ?? char);
