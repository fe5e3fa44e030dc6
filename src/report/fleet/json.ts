import { jsonText } from '../shared/serialize.ts';
import type { FleetReporter } from './contract.ts';

export const json: FleetReporter = {
  extension: 'json',
  render: (report) => [`${jsonText(report, 2)}\n`],
};
