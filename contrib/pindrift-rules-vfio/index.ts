// The package's rules. One today; `export default [a, b]` for more.
import vfioRangeUnmapped from './vfio-range-unmapped.ts';

export default [vfioRangeUnmapped];
