// The current view as the part of the address after #, so that a mail can link to a finding.
export type Route =
  | { view: 'findings'; finding: number | undefined }
  | { view: 'pins'; pin: number | undefined }
  | { view: 'coverage' };

export function parseRoute(hash: string): Route {
  const [, name, number] = /^#?(?:(finding|pin)-(\d+)|.*)$/.exec(hash) ?? [];
  if (name === 'finding') return { view: 'findings', finding: Number(number) };
  if (name === 'pin') return { view: 'pins', pin: Number(number) };
  switch (hash.replace('#', '')) {
    case 'pins':
      return { view: 'pins', pin: undefined };
    case 'coverage':
      return { view: 'coverage' };
    default:
      return { view: 'findings', finding: undefined };
  }
}

export function hashOf(route: Route): string {
  switch (route.view) {
    case 'findings':
      return route.finding === undefined ? '#findings' : `#finding-${route.finding}`;
    case 'pins':
      return route.pin === undefined ? '#pins' : `#pin-${route.pin}`;
    case 'coverage':
      return '#coverage';
  }
}
