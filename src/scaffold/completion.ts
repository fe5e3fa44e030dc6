// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is the shell's here Why: generates a completion
// script from the descriptions of the commands. bash has the logic; zsh runs the same script with bashcompinit; fish
// has a line for each flag.

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export interface CompletedFlag {
  name: string;
  char?: string;
  /** name of its value, such as `FILE.db`; undefined for a flag without one */
  value?: string;
  /** has a `--no-` form */
  negatable: boolean;
  options: readonly string[];
  summary: string;
}

export interface CompletedCommand {
  words: readonly string[];
  summary: string;
  flags: readonly CompletedFlag[];
  operands: readonly { name: string; options: readonly string[] }[];
}

/** Possible values: fixed words, or files with these endings; without both, any file. */
interface Place {
  words?: readonly string[];
  /** endings, for a glob */
  files?: readonly string[];
}

const STORES = ['db'];
const RULES = ['ts', 'js', 'mjs', 'mts'];

function placeOfFlag({ name, options, value }: CompletedFlag, rules: readonly string[]): Place {
  if (options.length > 0) return { words: options };
  if (name === 'debug-rule') return { words: rules };
  if (name === 'rules') return { files: RULES };
  if (name === 'config') return { files: [...RULES, 'json'] };
  if (value?.endsWith('.db') === true) return { files: STORES };
  if (value?.endsWith('.json') === true) return { files: ['json'] };
  return {};
}

function placeOfOperand({ words, operands }: CompletedCommand, rules: readonly string[]): Place {
  const [first] = operands;
  if (first === undefined) return {};
  if (first.options.length > 0) return { words: first.options };
  if (words.join(' ') === 'rules explain') return { words: rules };
  if (words.join(' ') === 'rules test') return { files: ['test.ts', 'test.js', 'test.mjs'] };
  return first.name === 'store' ? { files: STORES } : {};
}

export function completionScript(
  shell: (typeof SHELLS)[number],
  commands: readonly CompletedCommand[],
  rules: readonly string[],
): string {
  if (shell === 'fish') return fish(commands, rules);
  const script = bash(commands, rules);
  return shell === 'bash'
    ? script
    : [
        'autoload -U +X compinit && compinit',
        'autoload -U +X bashcompinit && bashcompinit',
        script,
        // the value of `--report=sarif` is completed as a word of its own
        "_pindrift_zsh() { compset -P 1 '--*='; _bash_complete -o bashdefault -o default -F _pindrift; }",
        'compdef _pindrift_zsh pindrift',
        '',
      ].join('\n');
}

const flagWords = ({ char, name, negatable }: CompletedFlag): string[] => [
  `--${name}`,
  ...(negatable ? [`--no-${name}`] : []),
  ...(char === undefined ? [] : [`-${char}`]),
];

function bash(commands: readonly CompletedCommand[], rules: readonly string[]): string {
  const tops = [...new Set(commands.map(({ words }) => words[0] ?? ''))];
  const nested = tops.filter((top) => commands.some(({ words }) => words[0] === top && words.length > 1));
  const out = [
    '# pindrift completion; made by `pindrift completion`',
    '_pindrift() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="" i=1 flag=""',
    // bash passes --report=sarif as three words, zsh as one
    '  [[ $cur == "=" ]] && cur=""',
    '  [[ $prev == "=" ]] && prev=${COMP_WORDS[COMP_CWORD-2]}',
    '  [[ $cur == --*=* ]] && { flag=${cur%%=*}= prev=${cur%%=*} cur=${cur#*=}; }',
    // zsh has taken the flag off itself (compset); its compgen reads the word from IPREFIX and PREFIX, in a subshell
    '  [[ -n $flag && -n ${ZSH_VERSION-} ]] && flag="" IPREFIX=""',
    '  COMPREPLY=()',
    '  _pindrift_reply',
    '  [[ -n $flag ]] || return 0',
    '  (( ${#COMPREPLY[@]} )) || COMPREPLY=($(compgen -f -- "$cur"))',
    '  (( ${#COMPREPLY[@]} )) && COMPREPLY=("${COMPREPLY[@]/#/$flag}")',
    '  return 0',
    '}',
    '_pindrift_reply() {',
    '  while (( i < COMP_CWORD )); do',
    '    case ${COMP_WORDS[i]} in -*) ;; *)',
    '      if [[ -z $command ]]; then command=${COMP_WORDS[i]}',
    `        case $command in ${nested.join('|') || '-'}) ;; *) break ;; esac`,
    '      else command+=" ${COMP_WORDS[i]}"; break; fi ;;',
    '    esac',
    '    i=$((i + 1))',
    '  done',
    '  case "$command $prev" in',
  ];
  for (const { flags, words } of commands)
    for (const flag of flags.filter(({ value }) => value !== undefined)) {
      const names = flagWords(flag).map((word) => `"${words.join(' ')} ${word}"`);
      out.push(`    ${names.join('|')}) ${bashReply(placeOfFlag(flag, rules))}; return ;;`);
    }
  out.push('  esac', '  case $command in', `    "") _pindrift_words "${tops.join(' ')} --help --version"; return ;;`);
  for (const top of nested) {
    const subs = commands.flatMap(({ words }) => (words[0] === top && words.length > 1 ? [words[1] ?? ''] : []));
    out.push(`    ${top}) [[ $cur == -* ]] || { _pindrift_words "${subs.join(' ')}"; return; } ;;`);
  }
  out.push('  esac', '  case $command in');
  for (const command of commands) {
    const flags = command.flags.flatMap(flagWords).join(' ');
    const operand = bashReply(placeOfOperand(command, rules));
    out.push(
      `    "${command.words.join(' ')}") if [[ $cur == -* ]]; then _pindrift_words "${flags} --help"; else ${operand}; fi ;;`,
    );
  }
  out.push(
    '  esac',
    '}',
    '_pindrift_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }',
    // files with these endings and directories; if there are none, the shell completes any file
    '_pindrift_files() {',
    "  local IFS=$'\\n' ending file",
    '  for ending in $1; do COMPREPLY+=($(compgen -f -X "!*.$ending" -- "$cur")); done',
    '  (( ${#COMPREPLY[@]} )) && COMPREPLY+=($(compgen -d -S / -- "$cur"))',
    // not ${!COMPREPLY[@]}, which zsh does not have
    '  for file in "${COMPREPLY[@]}"; do [[ -d $file ]] && compopt -o nospace 2> /dev/null; done',
    '  return 0',
    '}',
    'complete -o bashdefault -o default -F _pindrift pindrift',
    '',
  );
  return out.join('\n');
}

function bashReply({ files, words }: Place): string {
  if (words !== undefined) return `_pindrift_words "${words.join(' ')}"`;
  return files === undefined ? ':' : `_pindrift_files $'${files.join('\\n')}'`;
}

function fish(commands: readonly CompletedCommand[], rules: readonly string[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const files = (endings: readonly string[]) => `'(__pindrift_files ${endings.join(' ')})'`;
  const out = [
    '# pindrift completion; made by `pindrift completion`',
    // files with these endings and directories; if there are none, any file
    'function __pindrift_files',
    '  set -l cur (commandline -ct)',
    '  set -l found',
    '  for ending in $argv',
    '    set -a found $cur*.$ending',
    '  end',
    '  if set -q found[1]',
    '    set -a found $cur*/',
    '    printf "%s\\n" $found',
    '  else',
    '    __fish_complete_path $cur',
    '  end',
    'end',
  ];
  for (const command of commands) {
    const { flags, summary, words } = command;
    const [top = '', sub] = words;
    const before = sub === undefined ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${top}`;
    out.push(`complete -c pindrift -n ${quoted(before)} -fa ${sub ?? top} -d ${quoted(summary)}`);
    const within = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    for (const flag of flags) {
      const short = flag.char === undefined ? '' : ` -s ${flag.char}`;
      const place = placeOfFlag(flag, rules);
      const value =
        flag.value === undefined
          ? ''
          : place.words !== undefined
            ? ` -xa ${quoted(place.words.join(' '))}`
            : place.files === undefined
              ? ' -r'
              : ` -xa ${files(place.files)}`;
      out.push(`complete -c pindrift -n ${quoted(within)} -l ${flag.name}${short}${value} -d ${quoted(flag.summary)}`);
    }
    const operand = placeOfOperand(command, rules);
    if (operand.words !== undefined)
      out.push(`complete -c pindrift -n ${quoted(within)} -fa ${quoted(operand.words.join(' '))}`);
    if (operand.files !== undefined)
      out.push(`complete -c pindrift -n ${quoted(within)} -f -a ${files(operand.files)}`);
  }
  return `${out.join('\n')}\n`;
}
