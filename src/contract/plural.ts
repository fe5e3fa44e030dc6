// Why: reasons and findings contain counts; `1 page was`, `2 pages were`.

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
