// KCIDB-shaped JSON (kernelci/kcidb-io, schema 4.1): a drift is an issue, and a capture that shows it is a test with an
// incident, so that a lab that reports to KernelCI can submit drifts like its other results. Fields known only to the
// lab (commit, config, tree of the build) must be added by the lab.
import { jsonText } from '../shared/serialize.ts';
import type { FleetDrift, FleetReporter, FleetSighting } from './contract.ts';

const ORIGIN = 'pindrift';
const STATUS = 'FAIL';

export const kcidb: FleetReporter = {
  extension: 'kcidb.json',
  render(report) {
    const present = report.drifts.filter(({ state }) => state !== 'gone');
    const sightings = new Map<string, FleetSighting>();
    for (const { first, last } of present) for (const one of [first, last]) sightings.set(one.capture, one);
    const kernels = [...new Set([...sightings.values()].map(({ kernel }) => kernel))];
    const data = {
      version: { major: 4, minor: 1 },
      checkouts: kernels.map((kernel) => ({ id: checkoutId(kernel), origin: ORIGIN, comment: `kernel ${kernel}` })),
      builds: kernels.map((kernel) => ({ id: buildId(kernel), checkout_id: checkoutId(kernel), origin: ORIGIN })),
      tests: [...sightings.values()].map(({ capture, host, kernel, modified, path }) => ({
        id: testId(capture),
        build_id: buildId(kernel),
        origin: ORIGIN,
        path: 'pindrift',
        status: STATUS,
        start_time: modified,
        misc: { capture: path, sha256: capture, host },
      })),
      issues: present.map(issue),
      incidents: present.flatMap(({ first, fingerprint, fingerprintVersion, last }) =>
        [...new Set([first.capture, last.capture])].map((capture) => ({
          id: `${ORIGIN}:${fingerprint}-${capture.slice(0, 16)}`,
          origin: ORIGIN,
          issue_id: issueId(fingerprint),
          issue_version: fingerprintVersion,
          test_id: testId(capture),
          present: true,
        })),
      ),
    };
    return [`${jsonText(data, 2)}\n`];
  },
};

const checkoutId = (kernel: string): string => `${ORIGIN}:checkout-${idPart(kernel)}`;
const buildId = (kernel: string): string => `${ORIGIN}:build-${idPart(kernel)}`;
const testId = (capture: string): string => `${ORIGIN}:${capture}`;
const issueId = (fingerprint: string): string => `${ORIGIN}:${fingerprint}`;
const idPart = (text: string): string => text.replace(/[^\w.+-]/g, '_');

const issue = ({
  captures,
  cause,
  findings,
  fingerprint,
  fingerprintVersion,
  harm,
  kernels,
  message,
  rule,
  severity,
  state,
}: FleetDrift) => ({
  id: issueId(fingerprint),
  version: fingerprintVersion,
  origin: ORIGIN,
  report_subject: `${rule}: ${cause}`,
  culprit: { code: true, tool: false, harness: false },
  test_status: STATUS,
  comment: message,
  misc: { rule, severity, harm, state, findings, captures, kernels },
});
