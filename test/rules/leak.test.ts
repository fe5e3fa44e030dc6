// Why: a page that stays pinned for ever is lost to the machine, and nobody else gets to see it: `leak` as a harm of data
// would accuse a kernel of what did not happen.
import { expect, it } from 'vitest';
import { check } from '../../src/program.ts';
import rule from '../../src/rules/pin-leak.ts';
import { render } from '../report/render.ts';

it('a pin that is never released leaks no data', async () => {
  const report = await check({ name: 'the example', text: rule.meta.examples?.fires ?? '' }, { kernel: '6.12' });
  expect(report.findings).toMatchObject([{ rule: 'pin-leak', severity: 'warning', harm: [] }]);
  expect((await render('pretty', report)).replaceAll(/\s+/g, ' ')).toMatch(
    /^1 warning: a pin that is never released \(/,
  );
});
