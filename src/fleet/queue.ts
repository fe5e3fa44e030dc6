// Why: for a steady stream a team has a queue already: Redis or PostgreSQL, through BullMQ, which knows about lost workers,
// retries and doubled delivery. Only this file knows BullMQ; results never depend on the queue.
import { createHash } from 'node:crypto';
import type { Job, Queue, Worker, WorkerOptions } from 'bullmq';
import { InputError } from '../util/errors.ts';
import type { ManifestEntry } from './contract.ts';
import { optional } from './optional.ts';

export interface QueueOptions {
  /** `redis://`, `rediss://`, `postgres://` or `postgresql://` */
  url: string;
  /** name of the queue there */
  name: string;
  /** ms after which a worker that has gone silent has lost its captures */
  lock?: number | undefined;
}

/** How captures that have been submitted stand. */
export type QueueCounts = Record<'waiting' | 'active' | 'delayed' | 'completed' | 'failed', number>;

/** A capture that the worker could not finish for a reason that lies outside it: it comes again, a few times. */
export class Transient extends Error {}

/** Connections live until `close`. */
export interface FleetQueue {
  /** Put captures in; one that is there, or was done lately, is not put in again. */
  submit: (entries: readonly ManifestEntry[], key: string) => Promise<{ added: number; known: number }>;
  counts: () => Promise<QueueCounts>;
  /** Give failed captures another try. */
  retry: () => Promise<void>;
  /** Work until `stop`; `take` is called for several at a time. */
  work: (concurrency: number, take: (entry: ManifestEntry) => Promise<void>) => Promise<{ stop: () => Promise<void> }>;
  close: () => Promise<void>;
}

/** What of BullMQ is used, on either server. */
interface Classes {
  Queue: new (name: string, options: { connection: unknown }) => Queue;
  Worker: new (
    name: string,
    process: (job: Job) => Promise<void>,
    options: { connection: unknown } & Omit<WorkerOptions, 'connection'>,
  ) => Worker;
}

const ATTEMPTS = 3;
const BACKOFF_MS = 5000;
const KEEP_DONE = { age: 30 * 86_400, count: 1_000_000 };
/** A capture whose worker dies twice is parked: it may be what kills them. */
const MOST_STALLS = 1;
const LOCK_MS = 30_000;
const SUBMIT_AT_ONCE = 500;

/** @throws InputError without BullMQ and its driver, or when the server cannot be reached */
export async function openQueue({ lock = LOCK_MS, name, url }: QueueOptions): Promise<FleetQueue> {
  const isPg = /^postgres(ql)?:\/\//.test(url);
  if (!isPg && !/^rediss?:\/\//.test(url))
    throw new InputError('--queue must be the address of a Redis or PostgreSQL server', {
      where: withoutPassword(url),
      tryThis: 'redis://HOST:6379 or postgres://USER@HOST/DATABASE',
    });
  const driver = isPg ? 'pg' : 'ioredis';
  const bullmq = await optional<typeof import('bullmq')>('bullmq', `bullmq ${driver}`, () => import('bullmq'));
  await optional<unknown>(driver, `bullmq ${driver}`, () => (isPg ? import('pg') : import('ioredis')));
  // the classes differ in the type of their connection only
  const classes = (isPg ? bullmq.withBackend(bullmq.createPostgresBackend) : bullmq) as unknown as Classes;
  const connection = isPg ? { connectionString: url, migrate: true } : { url, maxRetriesPerRequest: null };
  const queue = new classes.Queue(name, { connection });
  // reported by the call that fails
  queue.on('error', () => {});
  await reach(queue, url);

  return {
    submit: async (entries, key) => {
      const before = total(await countsOf(queue));
      for (let i = 0; i < entries.length; i += SUBMIT_AT_ONCE) {
        await queue.addBulk(
          entries.slice(i, i + SUBMIT_AT_ONCE).map((entry) => ({
            name: 'check',
            data: entry,
            opts: {
              jobId: jobIdOf(entry, key),
              attempts: ATTEMPTS,
              backoff: { type: 'exponential', delay: BACKOFF_MS },
              removeOnComplete: KEEP_DONE,
              removeOnFail: false,
            },
          })),
        );
      }
      const added = total(await countsOf(queue)) - before;
      return { added, known: entries.length - added };
    },
    counts: () => countsOf(queue),
    retry: () => queue.retryJobs({ state: 'failed' }),
    work: async (concurrency, take) => {
      const process = async (job: Job): Promise<void> => {
        try {
          await take(job.data as ManifestEntry);
        } catch (error) {
          if (error instanceof Transient) throw error;
          throw new bullmq.UnrecoverableError(error instanceof Error ? error.message : String(error));
        }
      };
      const worker = new classes.Worker(name, process, {
        ...{ connection, concurrency, lockDuration: lock, stalledInterval: lock, maxStalledCount: MOST_STALLS },
      });
      worker.on('error', () => {});
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
    close: () => queue.close(),
  };
}

/** The same capture under the same pindrift and settings is one job. (BullMQ keeps `:` for itself.) */
const jobIdOf = ({ sha256 }: ManifestEntry, key: string): string =>
  createHash('sha256').update(`${sha256} ${key}`).digest('hex');

async function countsOf(queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed');
  const { active = 0, completed = 0, delayed = 0, failed = 0, waiting = 0 } = counts;
  return { waiting, active, delayed, completed, failed };
}

const total = (counts: QueueCounts): number => Object.values(counts).reduce((sum, n) => sum + n, 0);

const REACH_MS = 10_000;

async function reach(queue: Queue, url: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), REACH_MS);
  });
  try {
    await Promise.race([queue.waitUntilReady(), late]);
  } catch (error) {
    queue.close().catch(() => {});
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`the queue cannot be reached: ${why}`, { where: withoutPassword(url), cause: error });
  } finally {
    clearTimeout(timer);
  }
}

const withoutPassword = (url: string): string => url.replace(/(:\/\/[^:/@]*):[^@]*@/, '$1:***@');
