// Why: a bio that failed has delivered nothing, and its caller was told so: nobody takes what is in the page for data.
import type { Io } from './contract.ts';

/** It ended with an error (blk_status_t, include/linux/blk_types.h). */
export const hasFailed = ({ status }: Io): boolean => status !== undefined && status !== 0;
