// A Redis and a PostgreSQL of the tests' own, on loopback, gone when the tests are.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Server {
  url: string;
  stop: () => Promise<void>;
}

export interface ServerKind {
  name: string;
  /** programs are there */
  there: boolean;
  start: () => Promise<Server>;
}

const POSTGRES = '/usr/lib/postgresql';
const pgBin = existsSync(POSTGRES)
  ? readdirSync(POSTGRES)
      .map((version) => join(POSTGRES, version, 'bin'))
      .find((dir) => existsSync(join(dir, 'postgres')))
  : undefined;

export const SERVERS: ServerKind[] = [
  { name: 'Redis', there: spawnSync('redis-server', ['--version']).status === 0, start: startRedis },
  { name: 'PostgreSQL', there: pgBin !== undefined, start: startPostgres },
];

async function startRedis(): Promise<Server> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'pindrift-redis-'));
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''], {
    stdio: 'ignore',
  });
  await until(() => spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout.includes('PONG'));
  return { url: `redis://127.0.0.1:${port}`, stop: () => end(server, folder) };
}

/** PostgreSQL does not run as root, so it runs as the user that its package made. */
async function startPostgres(): Promise<Server> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'pindrift-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  chmodSync(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout),
  );
  const user = isRoot ? { uid, gid } : {};
  if (isRoot) spawnSync('chown', ['-R', `${uid}:${gid}`, folder]);
  const made = spawnSync(join(pgBin ?? '', 'initdb'), ['-D', data, '-A', 'trust', '-U', 'pindrift', '--no-sync'], user);
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const server = spawn(
    join(pgBin ?? '', 'postgres'),
    ['-D', data, '-k', folder, '-h', '127.0.0.1', '-p', String(port), '-c', 'fsync=off'],
    { ...user, stdio: 'ignore' },
  );
  await until(() => spawnSync(join(pgBin ?? '', 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status === 0);
  return { url: `postgres://pindrift@127.0.0.1:${port}/postgres`, stop: () => end(server, folder) };
}

async function end(server: ChildProcess, folder: string): Promise<void> {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  await gone;
  rmSync(folder, { recursive: true, force: true });
}

export async function until(test: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  for (let i = 0; i < seconds * 10; i++) {
    if (await test()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come to that');
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
