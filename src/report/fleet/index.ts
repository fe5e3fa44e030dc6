// The reporters of `fleet report`, by id.
import type { FleetReporter } from './contract.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { kcidb } from './kcidb.ts';
import { text } from './text.ts';

export const fleetReporters: Readonly<Record<string, FleetReporter>> = { text, json, html, kcidb };
