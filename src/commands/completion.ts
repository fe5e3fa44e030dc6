// Why: completes commands, flags and their values, rule ids, and files of the expected kind; everything else is left to
// the shell. The script is self-contained: no cache, and no Node at each Tab.
import * as Args from '@oclif/core/args';
import { BUILT_IN } from '../rules/index.ts';
import { type CompletedCommand, type CompletedFlag, completionScript, SHELLS } from '../scaffold/completion.ts';
import { writeOut } from '../util/output.ts';
import { BaseCommand } from './base.ts';

export default class Completion extends BaseCommand {
  static override summary = 'Print completion for bash, zsh or fish.';
  static override description =
    'Completes commands, flags, formats and other fixed values, rule ids, and files of the expected kind; otherwise files, as the shell does.';
  static override examples = [
    {
      description: 'bash, for all new shells',
      command: '<%= config.bin %> completion bash > ~/.local/share/bash-completion/completions/pindrift',
    },
    { description: 'zsh, in .zshrc', command: 'source <(<%= config.bin %> completion zsh)' },
    {
      description: 'fish',
      command: '<%= config.bin %> completion fish > ~/.config/fish/completions/pindrift.fish',
    },
  ];
  static override args = {
    shell: Args.string({ description: 'the shell', options: [...SHELLS], required: true, ignoreStdin: true }),
  };

  override async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const commands = this.config.commands
      .filter(({ hidden }) => hidden !== true)
      .map((command): CompletedCommand => {
        const flags = Object.values(command.flags).map((flag): CompletedFlag => {
          const value = flag.type === 'option' ? (flag.helpValue ?? '') : undefined;
          return {
            name: flag.name,
            negatable: flag.type === 'boolean' && flag.allowNo === true,
            ...(flag.char === undefined ? {} : { char: flag.char }),
            ...(value === undefined ? {} : { value: Array.isArray(value) ? value.join(' ') : value }),
            options: flag.type === 'option' ? (flag.options ?? []) : [],
            summary: flag.summary ?? '',
          };
        });
        const operands = Object.values(command.args).map(({ name, options }) => ({ name, options: options ?? [] }));
        return { words: command.id.split(':'), summary: command.summary ?? '', flags, operands };
      });
    await writeOut([
      completionScript(
        args.shell as (typeof SHELLS)[number],
        commands,
        BUILT_IN.map(({ meta }) => meta.id),
      ),
    ]);
  }
}
