// Why: a capture killed with -9 cannot remove its probes; --cleanup does.
import { spawnSync } from 'node:child_process';
import { machine } from 'node:os';
import * as Flags from '@oclif/core/flags';
import { captureScript } from '../capture/script/script.ts';
import { BaseCommand } from './base.ts';

type HelpModule = typeof import('@oclif/core/help');

export default class Capture extends BaseCommand {
  static override summary = 'Record pins and page table changes, on this kernel or another.';
  static override description =
    `\`capture run -- COMMAND\` records here and checks at once. \`capture script\` writes a shell script for a ` +
    `machine without Node. \`capture probes\` prints only the probe definitions. \`capture doctor\` reports what ` +
    'this kernel and this user allow.';

  static override examples = [
    '$ sudo <%= config.bin %> capture run -- ./my-program',
    '<%= config.bin %> capture script --btf vmlinux -o capture.sh',
    '$ sudo <%= config.bin %> capture --cleanup',
  ];

  static override flags = {
    cleanup: Flags.boolean({ summary: 'remove what a killed capture left in tracefs' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Capture);
    if (!flags.cleanup) {
      // a bundle of CommonJS has its names in `default`
      const core: HelpModule & { default?: HelpModule } = await import('@oclif/core/help');
      const { Help } = core.default ?? core;
      await new Help(this.config, this.config.pjson.oclif.helpOptions).showHelp(['capture']);
      return;
    }
    const script = captureScript(
      { probes: [], leftOut: [] },
      {
        by: `pindrift ${this.config.version}`,
        machine: machine(),
        btf: '',
        release: '',
        tier: 'full',
        clock: 'mono',
        costOf: () => '',
      },
    );
    const { status } = spawnSync('/bin/sh', ['-s', '--', '--cleanup'], {
      input: script,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    this.exit(status ?? 1);
  }
}
