// Why: checks beforehand what may prevent a capture by this user on this machine. Each check reads one file of the
// kernel and explains the result.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { OWN_BTF } from './kernel.ts';

export interface Check {
  what: string;
  /** `bad`: no capture possible; `lacks`: a capture with less information, or at a higher cost */
  state: 'good' | 'lacks' | 'bad';
  words: string;
  tryThis?: string;
}

/** Root of the kernel's files; '' except in tests. */
export function checkMachine(root = ''): Check[] {
  const tracefs = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']
    .map((path) => root + path)
    .find((path) => existsSync(`${path}/README`) || existsSync(`${path}/kprobe_events`));
  const isRoot = process.getuid?.() === 0;
  return [
    isRoot
      ? { what: 'user', state: 'good', words: 'root' }
      : { what: 'user', state: 'bad', words: 'only root may record kernel events', tryThis: 'sudo' },
    btf(root),
    lockdown(root),
    ...(tracefs === undefined ? [noTracefs(root, isRoot)] : tracing(tracefs)),
    ftrace(root),
  ];
}

function btf(root: string): Check {
  if (existsSync(root + OWN_BTF)) return { what: 'types', state: 'good', words: `BTF in ${OWN_BTF}` };
  return {
    what: 'types',
    state: 'bad',
    words: 'this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)',
    tryThis: '--btf FILE: the vmlinux of this kernel, or BTF that pahole makes from its debug package',
  };
}

function lockdown(root: string): Check {
  const chosen = /\[(\w+)\]/.exec(read(`${root}/sys/kernel/security/lockdown`) ?? '')?.[1];
  if (chosen === 'confidentiality') {
    return {
      what: 'lockdown',
      state: 'bad',
      words: 'confidentiality: kprobes are forbidden',
      tryThis: 'boot with lockdown=integrity; secure boot alone requires no more',
    };
  }
  return { what: 'lockdown', state: 'good', words: chosen ?? 'none' };
}

function noTracefs(root: string, isRoot: boolean): Check {
  const mounted = (read(`${root}/proc/mounts`) ?? '').includes(' tracefs ');
  if (mounted && !isRoot)
    return { what: 'tracefs', state: 'bad', words: 'mounted, but not accessible to this user', tryThis: 'sudo' };
  return {
    what: 'tracefs',
    state: 'bad',
    words: mounted ? 'this kernel has no kprobe events (CONFIG_KPROBE_EVENTS)' : 'not mounted',
    tryThis: mounted ? 'use a kernel with this option' : 'mount -t tracefs tracefs /sys/kernel/tracing',
  };
}

function tracing(path: string): Check[] {
  const readme = read(`${path}/README`) ?? '';
  const events = ['dynamic_events', 'kprobe_events'].map((name) => `${path}/${name}`).find((file) => existsSync(file));
  const checks: Check[] = [];
  if (events === undefined) {
    checks.push({ what: 'tracefs', state: 'bad', words: 'no kprobe events (CONFIG_KPROBE_EVENTS)' });
  } else if (!mayWrite(events)) {
    const tryThis = 'in a container: run it privileged, with /sys/kernel/tracing of the host';
    checks.push({ what: 'tracefs', state: 'bad', words: `${events} is not writable`, tryThis });
  } else checks.push({ what: 'tracefs', state: 'good', words: path });
  checks.push({
    what: 'arguments',
    state: 'good',
    words: readme.includes('<argname>[->field') ? 'by name (vma->vm_mm)' : 'by number and offset (+16($arg1))',
  });
  const atReturn = /f\[:|\$arg<N>, \$comm|%return/.test(readme) && readme.includes('f[:');
  checks.push(
    atReturn
      ? { what: 'returns', state: 'good', words: 'return probes can record the arguments of the call' }
      : {
          what: 'returns',
          state: 'lacks',
          words: 'return probes cannot record the arguments of the call: pages come one by one, from try_grab_*()',
        },
  );
  if (existsSync(`${path}/instances/pindrift`)) {
    checks.push({
      what: 'others',
      state: 'bad',
      words: 'pindrift is recording, or was killed and left its trace instance',
      tryThis: 'pindrift capture --cleanup',
    });
  } else if (/^[a-z]\d*:pindrift\//m.test(events === undefined ? '' : (read(events) ?? ''))) {
    checks.push({
      what: 'others',
      state: 'bad',
      words: 'events of the group pindrift exist, made by hand or left by a killed capture',
      tryThis: 'pindrift capture --cleanup',
    });
  }
  return checks;
}

function ftrace(root: string): Check {
  if (read(`${root}/proc/sys/kernel/ftrace_enabled`)?.trim() !== '0')
    return { what: 'ftrace', state: 'good', words: 'enabled' };
  const words = 'kernel.ftrace_enabled is 0: probes would be enabled but never fire';
  return { what: 'ftrace', state: 'bad', words, tryThis: 'sysctl kernel.ftrace_enabled=1' };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
