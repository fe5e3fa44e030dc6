// Why: the data of the CPUs of a buffer, as pages of the ring buffer.
import type { Bytes } from '../bytes.ts';
import type { CpuPages } from '../open-streams.ts';
import { PackedPages, PlainPages } from '../pages.ts';
import { isPageSize, readPageLayout } from '../ring-page.ts';
import type { TraceDat } from './file.ts';
import type { BufferInfo } from './options.ts';

export function pageLayout({ meta }: TraceDat, buffer: BufferInfo) {
  const layout = readPageLayout(meta.headerPage, meta.little, meta.longSize);
  // v7 has it per buffer (sub-buffers can be larger than a page), v6 in the page header
  if (buffer.pageSize !== undefined && isPageSize(buffer.pageSize)) layout.pageSize = buffer.pageSize;
  else if (layout.pageSize < meta.pageSize && isPageSize(meta.pageSize)) layout.pageSize = meta.pageSize;
  return layout;
}

export function pagesOf(file: TraceDat, buffer: BufferInfo, bytes: Bytes): CpuPages[] {
  const { pageSize } = pageLayout(file, buffer);
  return buffer.cpus.filter(isThere(bytes)).map(({ cpu, ...extent }) => ({
    cpu,
    pages:
      file.unpacker === undefined
        ? new PlainPages(bytes, extent, pageSize)
        : new PackedPages(
            bytes,
            { ...extent, limit: behind(buffer, extent.offset) },
            pageSize,
            file.meta.little,
            file.unpacker,
          ),
  }));
}

export const isThere =
  (bytes: Bytes) =>
  ({ offset, size }: { offset: number; size: number }): boolean =>
    size > 0 && offset > 0 && offset < bytes.size;

/** Position of the next data after `offset`: those of another CPU, or another section. */
export function behind({ cpus, end }: BufferInfo, offset: number): number | undefined {
  const after = cpus.filter((cpu) => cpu.offset > offset).map((cpu) => cpu.offset);
  return after.length > 0 ? Math.min(...after) : end;
}
