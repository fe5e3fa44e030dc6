// Why: `man pindrift` and `pindrift --help` say the same. Both are made from the manifest of the commands: a page for
// each command, and one that lists them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EXIT_CODES = [
  ['0', 'checked, and nothing at or above --fail-on'],
  ['1', 'findings at or above --fail-on'],
  ['2', 'a usage error, or input that cannot be used'],
  ['3', 'as 0, but the evidence is insufficient for a clean verdict'],
  ['4', 'as 0 or 3, but some of several traces could not be read'],
  ['70', 'a bug in pindrift'],
];
const ENVIRONMENT = [
  ['NO_COLOR, FORCE_COLOR', 'no colours, or colours where the output is no terminal'],
  ['COLUMNS', 'width of the output, where there is no terminal'],
  ['DEBUG', 'a stack after an internal error'],
];

/** Write man/*.1 anew. */
export function writeMan(root, manifest, { description, oclif, version }) {
  const folder = join(root, 'man');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const commands = Object.values(manifest.commands).filter(({ hidden }) => hidden !== true);
  const page = (name, text) => writeFileSync(join(folder, `${name}.1`), text);
  for (const command of commands) page(nameOf(command), commandPage(command, version));
  page('pindrift', frontPage(commands, description, oclif.topics, version));
}

const nameOf = ({ id }) => `pindrift-${id.replaceAll(':', '-')}`;

function head(name, summary, version) {
  // no date: the same source gives the same bytes
  return [`.TH ${name.toUpperCase()} 1 "" "pindrift ${version}"`, '.SH NAME', `${plain(name)} \\- ${plain(summary)}`];
}

function frontPage(commands, description, topics, version) {
  const out = head('pindrift', description, version);
  out.push('.SH SYNOPSIS', '.B pindrift', '.I COMMAND', '[options]', '.SH COMMANDS');
  for (const { id, summary } of commands)
    out.push('.TP', bold(`pindrift ${id.replaceAll(':', ' ')}`), plain(summary ?? topics[id]?.description ?? ''));
  out.push('.SH EXIT STATUS', ...list(EXIT_CODES), '.SH ENVIRONMENT', ...list(ENVIRONMENT));
  out.push('.SH SEE ALSO', commands.map((command) => `.BR ${plain(nameOf(command))} (1)`).join('\n'));
  return `${out.join('\n')}\n`;
}

function commandPage(command, version) {
  const words = `pindrift ${command.id.replaceAll(':', ' ')}`;
  const out = head(nameOf(command), command.summary ?? '', version);
  const args = Object.values(command.args ?? {});
  const flags = Object.values(command.flags ?? {}).filter(({ hidden }) => hidden !== true);
  out.push('.SH SYNOPSIS', bold(words));
  for (const { multiple, name, required } of args) {
    const shown = `${name.toUpperCase()}${multiple ? '...' : ''}`;
    out.push(`.I ${plain(required ? shown : `[${shown}]`)}`);
  }
  if (flags.length > 0) out.push('[options]');
  out.push('.SH DESCRIPTION', ...paragraphs(`${command.summary ?? ''}\n\n${command.description ?? ''}`));
  if (args.length > 0)
    out.push('.SH ARGUMENTS', ...list(args.map(({ description, name }) => [name.toUpperCase(), description ?? ''])));
  if (flags.length > 0) out.push('.SH OPTIONS', ...list(flags.map((flag) => [flagWords(flag), flagText(flag)])));
  const examples = (command.examples ?? []).map((one) => (typeof one === 'string' ? one : one.command));
  if (examples.length > 0)
    out.push('.SH EXAMPLES', '.nf', ...examples.map((one) => plain(one.replace(/^\$ /, ''))), '.fi');
  out.push('.SH SEE ALSO', '.BR pindrift (1)');
  return `${out.join('\n')}\n`;
}

function flagWords({ allowNo, char, helpValue, name, type }) {
  const value = type === 'option' ? ` ${helpValue ?? 'VALUE'}` : '';
  return `${char ? `-${char}, ` : ''}--${allowNo ? '[no-]' : ''}${name}${value}`;
}

function flagText({ default: preset, description, options, summary }) {
  const more = [];
  if (options !== undefined) more.push(`One of ${options.join(', ')}.`);
  if (preset !== undefined && preset !== false && typeof preset !== 'object') more.push(`Without it: ${preset}.`);
  return [summary ?? '', description ?? '', ...more].filter((text) => text !== '').join('\n\n');
}

const list = (rows) => rows.flatMap(([term, text]) => ['.TP', bold(term), ...paragraphs(text, '.IP')]);

function paragraphs(text, between = '.PP') {
  const parts = text.trim().split(/\n\n+/);
  return parts.flatMap((part, i) => [...(i === 0 ? [] : [between]), ...part.split('\n').map(plain)]);
}

const bold = (text) => `.B "${plain(text).replaceAll('"', '\\(dq')}"`;

/** Text that roff prints as it stands. */
function plain(text) {
  return text
    .replaceAll('<%= config.bin %>', 'pindrift')
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
