// Why: scripts depend on exit codes, so all of them are listed here. A crash must not look like findings, which is what
// Node (1) and oclif (1) would make of it.

export const EXIT = {
  /** Checked, and clean. */
  clean: 0,
  /** Findings at or above `--fail-on`. */
  findings: 1,
  /** A usage error, or input that cannot be used. */
  unusable: 2,
  /** Nothing found, but the evidence was insufficient for a clean verdict. */
  undecided: 3,
  /** Several traces: some could not be read, the others were, and nothing was found in them. */
  some: 4,
  /** A bug in pindrift. */
  crash: 70,
  /** The reader of stdout went away (128 + SIGPIPE). */
  brokenPipe: 141,
} as const;
