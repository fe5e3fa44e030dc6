// The data of the page: JSON as it stands, or, in a large report, JSON that was deflated.
import type { Parts } from '../payload.ts';
import { byId } from './dom.ts';

export async function load<K extends keyof Parts>(part: K): Promise<Parts[K]> {
  const data: Parts[K] | string = JSON.parse(byId(`${part}-data`).textContent ?? '');
  return typeof data === 'string' ? JSON.parse(await inflate(data)) : data;
}

async function inflate(base64: string): Promise<string> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
}
