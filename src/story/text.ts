import { clean, padLeft, verbatim, wrap } from '../report/shared/format.ts';
import { painter } from '../report/shared/paint.ts';
import { type Arrows, arrows, layOut, stepsOf } from '../report/shared/timeline.ts';
import { count, grouped } from '../util/count.ts';
import { largest } from '../util/largest.ts';
import type { PageStory } from './story.ts';

export function* pageStoryText(
  stories: readonly PageStory[],
  about: string,
  look: { color: boolean; unicode: boolean; width: number | undefined },
): Iterable<string> {
  const paint = painter(look.color);
  const width = Math.max(40, look.width ?? 80);
  const some = stories.filter(({ steps }) => steps.length > 0);
  if (some.length === 0) yield* wrap(`no event matches: ${about}`, width).map((line) => `${line}\n`);
  for (const [i, story] of some.entries()) {
    if (i > 0) yield '\n';
    yield* wrap(`${about} in ${story.path === '-' ? 'standard input' : clean(story.path)}`, width).map(
      (line) => `${paint('bold', line)}\n`,
    );
    yield '\n';
    yield* stepLines(story, width, paint, arrows(look.unicode));
    yield* wrap(closing(story), width).map((line) => `${line}\n`);
  }
}

function* stepLines(
  story: PageStory,
  width: number,
  paint: ReturnType<typeof painter>,
  { parts, step: shown }: Arrows,
): Iterable<string> {
  const last = largest(
    0,
    [...story.steps, ...story.context].map(({ line }) => line),
  );
  const gutter = Math.max(5, String(last).length + 1);
  const quote = (line: number | undefined, text: string) =>
    `  ${padLeft(line === undefined ? '' : String(line), gutter)} | ${verbatim(text)}\n`;
  const beside = besides(story);
  for (const [i, { lines, step }] of layOut(
    stepsOf(story.steps, story.timeUnit, (step) => step.parts).map(shown),
    width,
    parts,
  ).entries()) {
    const { line, stack = [], text } = step.evidence;
    const around = beside[i] ?? [];
    for (const one of lines) yield `${step.parts ? paint('bold', one) : one}\n`;
    for (const one of around) if (one.line < line) yield `${paint('dim', quote(one.line, one.text).trimEnd())}\n`;
    if (text !== '') yield quote(line, text);
    for (const frame of stack) yield quote(undefined, frame);
    for (const one of around) if (one.line > line) yield `${paint('dim', quote(one.line, one.text).trimEnd())}\n`;
    yield '\n';
  }
}

/** Context lines by the step they are nearest to, each once; lines that are steps or their stacks left out. */
function besides({ context, steps }: PageStory): PageStory['context'][] {
  const own = new Set(
    steps.flatMap(({ line, stack }) => Array.from({ length: 1 + (stack?.length ?? 0) }, (_, i) => line + i)),
  );
  const out: PageStory['context'][] = steps.map(() => []);
  let at = 0;
  for (const one of context) {
    if (own.has(one.line)) continue;
    const distance = (i: number) => Math.abs((steps[i]?.line ?? Number.POSITIVE_INFINITY) - one.line);
    while (at + 1 < steps.length && distance(at + 1) < distance(at)) at++;
    out[at]?.push(one);
  }
  return out;
}

function closing({ steps, total }: PageStory): string {
  if (total === steps.length) return count(total, 'step');
  return `${grouped(steps.length)} of ${count(total, 'step')} shown; use --since TIME for later ones, --addr or --pid to narrow the selection`;
}
