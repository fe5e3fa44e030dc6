// Why: for a steady stream of captures: a queue on Redis or PostgreSQL, through BullMQ, which handles lost workers,
// retries and duplicate delivery. Only this file uses BullMQ; results never depend on the queue.
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
  /** ms after which the captures of an unresponsive worker are given to another */
  lock?: number | undefined;
}

/** How captures that have been submitted stand. */
export type QueueCounts = Record<'waiting' | 'active' | 'delayed' | 'completed' | 'failed', number>;

/** A capture that the worker could not finish for an external reason: it is retried a few times. */
export class Transient extends Error {}

/** Connections live until `close`. */
export interface FleetQueue {
  /** Submit captures; one that is in the queue, or was done recently, is not added again. */
  submit: (entries: readonly ManifestEntry[], key: string) => Promise<{ added: number; known: number }>;
  counts: () => Promise<QueueCounts>;
  /** Retry failed captures. */
  retry: () => Promise<void>;
  /** Work until `stop`; `take` is called for several at a time. */
  work: (concurrency: number, take: (entry: ManifestEntry) => Promise<void>) => Promise<{ stop: () => Promise<void> }>;
  close: () => Promise<void>;
}

/** The part of BullMQ that is used, with either server. */
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
/** A capture whose worker dies twice is parked, since it may be the cause. */
const MOST_STALLS = 1;
const LOCK_MS = 30_000;
const SUBMIT_AT_ONCE = 500;

/** @throws InputError without BullMQ and its driver, or if the server cannot be reached */
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
  // the classes differ only in the type of their connection
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

/** The same capture with the same pindrift and settings is one job. (BullMQ reserves `:`.) */
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
    throw new InputError(`the queue cannot be reached: ${why}`, {
      where: withoutPassword(url),
      tryThis: 'check the address, and that a server answers there',
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

const withoutPassword = (url: string): string => url.replace(/(:\/\/[^:/@]*):[^@]*@/, '$1:***@');
