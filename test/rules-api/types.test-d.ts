// What must not compile when somebody writes a rule, and what must. Checked by `npm run types`: an error that does not
// come is an error. Nothing here runs.
import { type AnyRule, check, defineConfig, defineRule, type PageId, type Probes, replay } from '../../src/index.ts';
import type { At as RawAt } from '../../src/model/at.ts';
import type * as raw from '../../src/model/state.ts';
import type { Transitions as rawTransitions } from '../../src/model/transitions.ts';
import type * as shown from '../../src/rules/contract.ts';
import type { Transitions } from '../../src/rules/contract.ts';
import { testRule } from '../../src/testing.ts';

const base = {
  id: 'a-rule',
  summary: 's',
  why: 'w',
  status: 'experimental',
  severity: { all: 'note' },
  falsePositives: [],
  references: [],
  fixedBy: [],
} as const;

export const rule = defineRule({
  meta: {
    ...base,
    needs: [['gup'], ['taskExec', 'mmExit']],
    messages: { plain: 'the page {pinned} became {mapped}', filled: '{task} did {what} to {pinned}' },
    options: {
      atLeast: { type: 'integer', default: 3, description: 'd' },
      how: { type: 'string', default: 'a', enum: ['a', 'b'], description: 'd' },
      names: { type: 'array', items: { type: 'string' }, default: [], description: 'd' },
      on: { type: 'boolean', default: true, description: 'd' },
    },
  },
  create(context) {
    const { atLeast, how, names, on } = context.options;
    const values: [number, 'a' | 'b', readonly string[], boolean] = [atLeast, how, names, on];
    // @ts-expect-error there is no such option
    context.options.atMost;
    // @ts-expect-error the state is read-only
    context.model.counts.pins = 0;
    return {
      cow({ pins, at, mm, newPage }) {
        // @ts-expect-error a cow has no such field
        const wrong = ({ nope }: Parameters<NonNullable<ReturnType<typeof rule.create>['cow']>>[0]) => nope;
        const [pin] = pins;
        context.report({ messageId: 'plain', pin, at, cause: 'c', severity: 'note' });
        context.report({
          messageId: 'filled',
          data: { task: at, what: values[0] },
          pin,
          at,
          cause: 'c',
          severity: 'note',
        });
        context.report({
          messageId: 'filled',
          data: { task: mm, what: { page: newPage } },
          pin,
          at,
          cause: 'c',
          severity: 'note',
        });
        // @ts-expect-error there is no such message
        context.report({ messageId: 'plane', pin, at, cause: 'c', severity: 'note' });
        // @ts-expect-error {what} has no value
        context.report({ messageId: 'filled', data: { task: at }, pin, at, cause: 'c', severity: 'note' });
        // @ts-expect-error {task} and {what} have no value
        context.report({ messageId: 'filled', pin, at, cause: 'c', severity: 'note' });
        context.report({
          messageId: 'filled',
          // @ts-expect-error the message has no {who}
          data: { task: at, what: 1, who: 2 },
          pin,
          at,
          cause: 'c',
          severity: 'note',
        });
        // @ts-expect-error the message wants no data
        context.report({ messageId: 'plain', data: { what: 1 }, pin, at, cause: 'c', severity: 'note' });
        // @ts-expect-error there is no such severity
        context.report({ messageId: 'plain', pin, at, cause: 'c', severity: 'bad' });
        // @ts-expect-error no kernel promises that
        context.report({ messageId: 'plain', pin, at, cause: 'c', severity: 'note', promise: 'nope' });
        // @ts-expect-error the state is read-only
        pin.page = newPage;
        // @ts-expect-error lists are read-only
        pin.steps.push();
        // @ts-expect-error the page may not be known
        const page: PageId = pin.page;
        // @ts-expect-error the time may not be known
        const later = at.ts + 1;
        // @ts-expect-error a page is no number that one makes up
        context.model.pinsOn(3);
        return void [wrong, page, later];
      },
      drift({ drift }) {
        const via: 'cow' | 'fault' | 'swap-in' | 'migrate' | 'ksm' | 'collapse' | 'move' | 'observed' = drift.via;
        void via;
      },
      events: {
        taskExec({ fields: { pid, old_pid }, kind }) {
          const numbers: (number | undefined)[] = [pid, old_pid];
          const name: 'taskExec' = kind;
          void [numbers, name];
        },
        wpFault({ fields: { mm, addr, pte } }) {
          const types: [string | undefined, number | undefined, bigint | undefined] = [mm?.ptr, addr, pte];
          void types;
        },
        // @ts-expect-error an event has the fields of its kind
        bioEnd({ fields: { page } }) {
          void page;
        },
      },
    };
  },
});

const bare = { ...base, needs: [], messages: {} } as const;
// @ts-expect-error there is no such transition
defineRule({ meta: bare, create: () => ({ drfit() {} }) });
// @ts-expect-error there is no such transition, beside one that there is
defineRule({ meta: bare, create: () => ({ drift: ({ drift }) => void drift, drfit() {} }) });
// @ts-expect-error there is no such kind of event
defineRule({ meta: bare, create: () => ({ events: { taskExce() {} } }) });
// @ts-expect-error there is no such kind of event
defineRule({ meta: { ...bare, needs: [['gpu']] }, create: () => ({}) });
defineRule({
  meta: bare,
  // @ts-expect-error a rule without messages reports nothing
  create: ({ report }) => ({ end: () => report({ messageId: 'x', cause: '', severity: 'note' }) }),
});

const probes = {
  vfioPin: {
    function: 'vfio_pin_pages_remote',
    on: 'entry',
    fields: { vaddr: 'address', npage: { is: 'number', names: ['nr'] }, page: 'page', who: 'symbol', mm: 'mm' },
  },
} as const satisfies Probes;

export const probing = defineRule({
  probes,
  meta: { ...bare, needs: [['vfioPin'], ['gup']] },
  create: () => ({
    events: {
      vfioPin({ fields: { vaddr, npage, page, who, mm } }) {
        const numbers: [number | undefined, number | undefined] = [vaddr, npage];
        const others: [PageId | undefined, string | undefined, string | undefined] = [page, who, mm?.ptr];
        void [numbers, others];
      },
    },
  }),
});
// @ts-expect-error the probe has another name
defineRule({ probes, meta: bare, create: () => ({ events: { vfioPin: ({ at }) => void at, vfioPni() {} } }) });
// @ts-expect-error the probe has no such field
defineRule({ probes, meta: bare, create: () => ({ events: { vfioPin: ({ fields }) => void fields.nope } }) });
// @ts-expect-error another rule's probe is not this one's
defineRule({ meta: { ...bare, needs: [['vfioPin']] }, create: () => ({}) });

const trace = '';
const ok = { fires: [{ name: 'n', trace }], silent: [{ name: 'n', trace }], partial: [{ name: 'n', trace }] };
void testRule(rule, {
  ...ok,
  fires: [{ name: 'n', trace, options: { atLeast: 1 }, expect: [{ messageId: 'plain', lines: [1] }] }],
});
// @ts-expect-error there is no such message
void testRule(rule, { ...ok, fires: [{ name: 'n', trace, expect: [{ messageId: 'plane' }] }] });
// @ts-expect-error there is no such option
void testRule(rule, { ...ok, fires: [{ name: 'n', trace, options: { atMost: 1 } }] });
// @ts-expect-error a test without a partial case is none
void testRule(rule, { fires: [], silent: [] });

const rules: readonly AnyRule[] = [rule, probing];
void check(['a', { name: 'b', text: '' }], { rules, ruleOptions: { 'a-rule': { atLeast: 1 } } });
void replay('a', ({ model }) => ({ cow: ({ mm }) => void mm.entry(model.seen('cprot')) }));
void replay('a', () => ({ events: { vfioPin: ({ fields: { npage } }) => void npage } }), { probes });
// @ts-expect-error there is no such transition
void replay('a', () => ({ kow() {} }));

defineConfig({
  rules: { x: 'off', y: { severity: 'note', options: {} } },
  load: ['./a', rule],
  suppress: [{ rule: 'x', reason: 'r' }],
});
// @ts-expect-error a suppression says why
defineConfig({ suppress: [{ rule: 'x' }] });
// @ts-expect-error there is no such severity
defineConfig({ rules: { x: 'fatal' } });

// A field of the model that no view shows is hidden on purpose, and named here.
type Hidden<Raw, View, Named extends keyof Raw> = Exclude<keyof Raw, keyof View | Named>;
type Nothing = Record<
  | Hidden<RawAt, shown.At, 'shown'>
  | Hidden<
      raw.Mm,
      shown.Mm,
      | 'ptes'
      | 'pmds'
      | 'pins'
      | 'note'
      | 'exclusive'
      | 'hugetlb'
      | 'marked'
      | 'alterations'
      | 'zaps'
      | 'moves'
      | 'unmaps'
      | 'meanwhile'
      | 'forks'
      | 'pmdFaults'
      | 'swapIns'
      | MmVerbs
    >
  | Hidden<raw.PinCall, shown.PinCall, 'fn' | 'addr' | 'worker' | 'pages' | 'pins'>
  | Hidden<raw.Step, shown.Step, 'raced'>
  | Hidden<
      raw.Pin,
      shown.Pin,
      | 'hold'
      | 'entryBits'
      | 'entryState'
      | 'hugetlb'
      | 'isGoing'
      | 'partedInCall'
      | 'pipe'
      | 'sought'
      | 'spared'
      | 'unsure'
      | 'older'
      | 'newer'
    >
  | Hidden<raw.Drift, shown.Drift, never>
  | Hidden<raw.Io, shown.Io, 'pages' | 'zeros' | 'added' | 'lastPage' | 'tried'>
  | Hidden<raw.RangeOp, shown.RangeOp, never>
  | Hidden<raw.ForkFrame, shown.ForkUnderWay, 'shared' | 'exclusive' | 'released'>
  | Hidden<TransitionFields<rawTransitions>, TransitionFields<Transitions>, never>,
  never
>;
type MmVerbs =
  | 'clear'
  | 'enter'
  | 'hasPmds'
  | 'isGoing'
  | 'isUntouched'
  | 'leave'
  | 'markExclusive'
  | 'markHugetlb'
  | 'moveMarks'
  | 'notHugetlb'
  | 'zapAt';
type TransitionFields<T> = { [K in keyof T as `${K & string}.${keyof T[K] & string}`]: 1 };
void ({} satisfies Nothing);
