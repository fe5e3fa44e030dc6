// Why: reasons contain counts: `1 page was`, `2 pages were`. (Reports for people also group digits, report/format.ts.)

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
