# shellcheck shell=bash
# Why: a trace of real programs must be complete, and must give no findings if nothing is wrong. SCENARIOS are names of the
# functions below; they need the root `real` (mkrootfs; run -r real).
# They use the root file system, which supports O_DIRECT on every kernel; tmpfs does not on old ones.
seconds=$LOAD_SECONDS

sqlite() {
  sqlite3 t.db "create table t(a,b); with recursive c(x) as (select 1 union all select x+1 from c where x<30000) insert into t select x, hex(randomblob(60)) from c; create index i on t(b); select count(*) from t where b like '%AB%'; vacuum;"
  for i in 1 2 3; do sqlite3 t.db "select sum(a) from t where b > 'A$i'" & done
  # a backup that bypasses the page cache, while the database is written to
  timeout 60 fio --name=q --filename=q.dat --size=8M --bs=4k --rw=randrw --direct=1 --ioengine=psync --time_based --runtime="$seconds" > /dev/null &
  for i in 1 2 3; do
    sqlite3 t.db "pragma mmap_size=8388608; update t set b = b || 'x' where a % 7 = $i;"
    dd if=t.db of=backup.db bs=64k iflag=direct oflag=direct status=none
  done
  wait
}
postgres() {
  local bin
  bin=$(ls -d /usr/lib/postgresql/*/bin | head -n 1)
  chown postgres .
  su postgres -s /bin/bash -c "$bin/initdb -D pg -A trust > /dev/null && $bin/pg_ctl -D pg -o '-k $PWD -h \"\"' -w -l log start && $bin/pgbench -h $PWD -i -s 1 postgres && $bin/pgbench -h $PWD -c 4 -j 2 -T $seconds postgres; $bin/pg_ctl -D pg -m fast stop"
}
# snapshots by fork, in a memory cgroup smaller than the data
redis() {
  local group=/sys/fs/cgroup/redis cli="redis-cli -s $PWD/socket"
  mount -t cgroup2 c /sys/fs/cgroup 2> /dev/null
  echo +memory > /sys/fs/cgroup/cgroup.subtree_control
  mkdir -p $group
  echo 1 > /proc/sys/vm/overcommit_memory
  echo 24M > $group/memory.max
  (
    echo $BASHPID > $group/cgroup.procs
    exec redis-server --port 0 --unixsocket "$PWD/socket" --dir . --save "" --enable-debug-command yes --daemonize yes
  )
  until_true 20 $cli ping
  $cli debug populate 20000 k 800
  for _ in 1 2; do
    $cli bgsave
    timeout 30 redis-benchmark -s "$PWD/socket" -t set,get -n 2000 -d 600 -r 20000 -q
    sleep 0.5
  done
  cat $group/memory.events
  $cli shutdown nosave
}
uring() {
  timeout 60 fio --name=u --filename=/dev/vdc --size=32M --bs=16k --rw=randrw --direct=1 --ioengine=io_uring --fixedbufs --sqthread_poll=1 --registerfiles --iodepth=8 --time_based --runtime="$seconds"
  timeout 60 fio --name=h --filename=hf --size=4M --bs=64k --rw=randrw --ioengine=io_uring --fixedbufs --iodepth=4 --numjobs=2 --time_based --runtime="$seconds"
  timeout 60 fio --name=v --filename=/dev/vdc --size=32M --bs=128k --rw=randwrite --direct=1 --ioengine=io_uring --iodepth=4 --mem=mmaphuge --hugepage-size=2M --time_based --runtime=2
  timeout 60 fio --name=a --filename=/dev/vdc --size=32M --bs=4k --rw=randrw --direct=1 --ioengine=libaio --iodepth=8 --numjobs=2 --time_based --runtime=2
  timeout 60 fio --name=s --filename=sf --size=4M --bs=64k --rw=write --ioengine=splice
}
compile() {
  local i
  for i in 1 2 3 4; do printf '#include <stdio.h>\n#include <stdlib.h>\nint f%s(int x) { return x * %s; } int main() { printf("%%d", f%s(3)); }\n' $i $i $i > $i.c; done
  printf 'all: 1.x 2.x 3.x 4.x\n%%.x: %%.c\n\tcc -O2 -o $@ $<\n' > Makefile
  timeout 60 make -j4
  for i in 1 2 3; do sh -c "ls -l | sort | head -3; ./$i.x"; done
}
# a word is a stressor with one worker; words with a dash are passed unchanged
stress() {
  local word flags=()
  for word in "$@"; do case $word in -*) flags+=("$word") ;; *) flags+=("--$word" 1) ;; esac done
  timeout 120 stress-ng --temp-path "$PWD" "${flags[@]}" --timeout "$seconds"
}
stress_vm() { stress vm vm-splice userfaultfd mremap madvise mlock msync --vm-bytes=24M --vm-method=all --userfaultfd-bytes=2M --mremap-bytes=4M --msync-bytes=1M; }
stress_map() { stress vfork fork mmap mmapfork mmapmany brk stack munmap remap shm --mmap-bytes=16M; }
stress_io() { stress io-uring aiol iomix hdd mprotect splice sendfile vm-rw numa migrate --iomix-bytes=8M --hdd-bytes=8M --hdd-opts=direct --vm-rw-bytes=1M; }
stress_cow() { stress mmapcow mmapfixed mmaphuge mmapaddr pagemove pageswap rmap mlockmany msyncmany --pathological --mmaphuge-mmaps=64 --pagemove-bytes=4M; }
stress_heap() { stress bigheap malloc vma vm-addr vm-segv shm-sysv stackmmap tmpfs memfd tlb-shootdown env bad-altstack --bigheap-bytes=32M --malloc-bytes=8M --vm-addr-mlock --memfd-bytes=8M --tmpfs-mmap-file --bad-altstack-ops=200; }
stress_fork() { stress clone forkheavy vforkmany daemon exec exit-group spawn pthread session zombie fd-fork --forkheavy-procs=64 --vforkmany-vm-bytes=4M --zombie-max=32; }
stress_direct() { stress rawdev readahead revio pseek seek sync-file tee copy-file sockfd sock pipe zero dev-shm aio memthrash --rawdev-method=all --seek-size=4M --pseek-io-size=64K --readahead-bytes=4M --revio-bytes=4M --copy-file-bytes=128M --sync-file-bytes=4M --sock-zerocopy; }

# in a memory cgroup of so many megabytes, so that pinned pages are also swapped out
squeezed() {
  local group=/sys/fs/cgroup/squeezed size=$1
  shift
  mount -t cgroup2 c /sys/fs/cgroup 2> /dev/null
  echo +memory > /sys/fs/cgroup/cgroup.subtree_control
  mkdir -p $group
  echo "$size"M > $group/memory.max
  (
    echo $BASHPID > $group/cgroup.procs
    exec "$@"
  )
  grep -E '^(max|oom) ' $group/memory.events
}
# buffers of all kinds with all engines at the same time: THP, hugetlb, a mapped file, shared memory
fio_memory() {
  local job
  echo 48 > /proc/sys/vm/nr_hugepages
  echo always > /sys/kernel/mm/transparent_hugepage/enabled
  echo always > /sys/kernel/mm/transparent_hugepage/shmem_enabled
  head -c 8M /dev/zero > whole.file
  head -c 4M /dev/zero > private.file
  for job in thp:libaio:malloc huge:io_uring:mmaphuge shm:io_uring:shm shmhuge:libaio:shmhuge "file:libaio:mmapshared=$PWD/whole.file" "private:io_uring:mmap=$PWD/private.file" sync:psync:mmap; do
    IFS=: read -r name engine memory <<< "$job"
    printf '[%s]\nioengine=%s\nmem=%s\n' "$name" "$engine" "${memory/=/:}"
    case $name in shm) printf 'fixedbufs\nsqthread_poll=1\nregisterfiles\n' ;; huge) printf 'fixedbufs\n' ;; esac
  done > jobs
  printf '[global]\nfilename=/dev/vdc\nsize=32M\ndirect=1\nrw=randrw\nbsrange=4k-128k\niodepth=4\nhugepage-size=2M\ntime_based\nruntime=%s\n' "$seconds" | cat - jobs > all.fio
  (while sleep 0.5; do echo 1 > /proc/sys/vm/compact_memory; done) &
  local compacting=$!
  timeout 120 fio all.fio
  kill $compacting
}
# a database, and shells that fork all the time, in less memory than they need
shells() {
  sqlite3 s.db "create table t(a,b); with recursive c(x) as (select 1 union all select x+1 from c where x<20000) insert into t select x, hex(randomblob(60)) from c;"
  squeezed 24 timeout 120 bash -c '
    end=$((SECONDS + seconds)); big=$(head -c 3M /dev/zero | tr "\0" x)
    while [ $SECONDS -lt $end ]; do
      (echo "${#big}" | cat | (read -r n; echo "$n" > n)) &
      sqlite3 s.db "pragma mmap_size=4194304; update t set b = hex(randomblob(60)) where a % 97 = $RANDOM % 97;" &
      (big=${big/x/y}; dd if=s.db of=copy.$BASHPID bs=32k count=16 iflag=direct oflag=direct status=none; rm copy.*) &
      sqlite3 :memory: "create table q as select 1; select hex(randomblob(200000));" | tail -c 100 > /dev/null
      wait
    done'
}
# other recorders at the same time: this capture and theirs get in each other's way
recorders() {
  perf record -q -o p.data -a -e kmem:mm_page_alloc -e page-faults -e cpu-clock sleep "$seconds" &
  trace-cmd record -q -o t.dat -B other -e kmem -e sched_switch -e page_fault_user sleep "$seconds" > /dev/null &
  perf trace -o p.trace -a -e madvise,mmap,munmap,vmsplice sleep "$seconds" 2> /dev/null &
  stress vm-splice fork mmapcow pagemove madvise
  wait
}
stress_squeezed() { squeezed 64 timeout 120 stress-ng --temp-path "$PWD" --vm-splice 1 --userfaultfd 1 --memfd 1 --mremap 1 --madvise 1 --fork 1 --fork-pageout --vm 1 --vm-bytes 24M --ksm --pagemove 1 --mlock 1 --memfd-bytes 4M --mremap-bytes 4M --userfaultfd-bytes 2M --pagemove-bytes 2M --timeout "$seconds"; }
stress_torture() { stress mmaptorture mmapfiles numa pageswap swap mmaphuge mlockmany mmapfork rmap remap physpage --numa-bytes=8M --mmaphuge-mmaps=32 --mmaptorture-bytes=16M; }

# writers of one database, in less memory than they need, while a process that has its pages mapped forks repeatedly
sqlite_writers() {
  sqlite3 w.db "pragma journal_mode=wal; create table t(a integer primary key, b);" > /dev/null
  # shellcheck disable=SC2016 # expands in that shell
  squeezed 40 timeout 120 bash -c '
    end=$((SECONDS + seconds))
    for writer in 1 2 3 4 5; do
      (while [ $SECONDS -lt $end ]; do
        sqlite3 w.db "pragma busy_timeout=20000; pragma mmap_size=16777216; insert into t(b) with recursive c(x) as (select 1 union all select x+1 from c where x<300) select hex(randomblob(400)) from c; delete from t where a % 5 = $writer;" > /dev/null
      done) &
    done
    python3 /run/python/snapshots.py w.db $seconds
    wait'
}
# pools of forked processes, with messages, shared memory and short-lived mappings
python_pool() { squeezed 96 timeout 120 python3 /run/python/pool.py "$seconds"; }
# an archive through pipes, and the same with pages moved to the pipe instead of copied
pipes() {
  tar -c -C /usr/lib/x86_64-linux-gnu . 2> /dev/null | head -c 24M | pv -q | zstd -q -T2 -3 | tee >(sha256sum > sum) | pv -q -C | zstd -q -d | cat > out.tar
  timeout 60 fio --name=s --filename=sf --size=4M --bs=64k --rw=write --ioengine=splice > /dev/null &
  timeout 60 python3 /run/python/splices.py out.tar "$seconds"
  stress vm-splice splice tee sendfile pipe
  wait
}
# registered buffers that are unregistered, replaced and cloned while others are read into
uring_update() {
  local test
  echo 32 > /proc/sys/vm/nr_hugepages
  timeout 60 fio --name=u --filename=/dev/vdc --size=32M --bs=16k --rw=randrw --direct=1 --ioengine=io_uring --fixedbufs --registerfiles --iodepth=8 --numjobs=2 --time_based --runtime="$seconds" > /dev/null &
  timeout 60 fio --name=h --filename=/dev/vdc --size=32M --bs=64k --rw=randrw --direct=1 --ioengine=io_uring --fixedbufs --mem=mmaphuge --hugepage-size=2M --iodepth=4 --time_based --runtime="$seconds" > /dev/null &
  for test in rsrc_tags regbuf-clone regbuf-merge fixed-buf-iter fixed-buf-merge fixed-hugepage fixed-link fixed-reuse io_uring_register xfail_register_buffers_out_of_scope; do
    # on kernels before 5.18 without the backport it never ends (axboe/liburing issues 549 and 574)
    case $test:$(uname -r) in fixed-buf-iter:5.*) continue ;; esac
    [ ! -x "/lab/st/$test" ] || { timeout 40 "/lab/st/$test"; echo "$test: $?"; }
  done
  wait
}
# pages passed to sockets, and rings of buffers
uring_send() {
  local test
  for test in send-zerocopy send_recvmsg splice buf-ring ringbuf-read recvsend_bundle; do
    [ ! -x "/lab/st/$test" ] || { timeout 60 "/lab/st/$test"; echo "$test: $?"; }
  done
}
# folios of every size, while they are moved, split, merged and swapped
folios() {
  local size
  echo always > /sys/kernel/mm/transparent_hugepage/enabled
  echo always > /sys/kernel/mm/transparent_hugepage/shmem_enabled
  for size in /sys/kernel/mm/transparent_hugepage/hugepages-*; do
    [ ! -e "$size/enabled" ] || echo always > "$size/enabled"
    [ ! -e "$size/shmem_enabled" ] || echo always > "$size/shmem_enabled"
  done
  echo 200 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
  echo 200 > /sys/kernel/mm/transparent_hugepage/khugepaged/alloc_sleep_millisecs
  echo 1 > /sys/kernel/mm/ksm/run
  (while sleep 0.5; do echo 1 > /proc/sys/vm/compact_memory; done) &
  local compacting=$!
  squeezed 72 timeout 120 stress-ng --temp-path "$PWD" --vm 1 --vm-bytes 24M --vm-madvise hugepage --fork 1 --vforkmany 1 --vforkmany-vm --clone 1 --ksm --mremap 1 --mremap-bytes 8M --mremap-mlock --madvise 1 --pagemove 1 --pagemove-bytes 4M --pageswap 1 --memfd 1 --memfd-bytes 8M --vm-splice 1 --timeout "$seconds"
  kill $compacting
  echo 2 > /sys/kernel/mm/ksm/run
}
# the less usual stressors together, in less memory than they need
stress_odd() {
  echo 48 > /proc/sys/vm/nr_hugepages
  squeezed 72 timeout 120 stress-ng --temp-path "$PWD" --userfaultfd 1 --userfaultfd-bytes 4M --remap 1 --remap-mlock --shm-sysv 1 --shm-sysv-bytes 4M --ksm --mlock 1 --numa 1 --numa-bytes 4M --numa-shuffle-node --tmpfs 1 --tmpfs-mmap-async --dev-shm 1 --sockmany 1 --sock 1 --sock-zerocopy --mmaphuge 1 --mmaphuge-mmaps 8 --vm-rw 1 --vm-rw-bytes 2M --switch 1 --timeout "$seconds"
}
# programs that pin pages for something other than block I/O
users() {
  echo 8 > /proc/sys/vm/nr_hugepages
  ip link set lo up
  timeout 120 /lab/scn "users_$seconds"
}
# memory that a device reads and writes on its own: RDMA over a software network card
rdma() {
  modprobe rdma_rxe && modprobe ib_uverbs && modprobe rdma_ucm && modprobe veth || return 1
  ip link add left type veth peer name right
  ip addr add 10.9.0.1/24 dev left
  ip link set lo up; ip link set left up; ip link set right up
  command rdma link add rxe0 type rxe netdev left
  ibv_devices
  local test
  for test in ib_write_bw ib_read_bw ib_send_bw; do
    timeout 60 $test -d rxe0 -n 200 -s 65536 -x 1 > server.log 2>&1 &
    sleep 2
    timeout 60 $test -d rxe0 -n 200 -s 65536 -x 1 10.9.0.1
    wait
  done
}
# a process that is saved while it runs: its pages are moved to pipes with vmsplice(), found again by soft-dirty bits, and written back
checkpoint() {
  local child
  ip link set lo up
  setsid python3 -c '
import time, mmap
memory = mmap.mmap(-1, 24 << 20); held = bytearray(8 << 20); i = 0
while True:
    memory[(i * 4096) % len(memory)] = i & 255; held[(i * 8192) % len(held)] = i & 255; i += 1
    if i % 512 == 0: time.sleep(0.01)' < /dev/null > /dev/null 2>&1 &
  child=$!
  sleep 2
  mkdir -p one two three
  criu pre-dump -t $child -D one --track-mem -v1
  sleep 1
  criu pre-dump -t $child -D two --track-mem --prev-images-dir ../one -v1
  sleep 1
  criu dump -t $child -D three --track-mem --prev-images-dir ../two -v1 && criu restore -D three -d -v1 && sleep 2
  kill -9 $child
}
# InnoDB: direct I/O with io_uring or native aio, into a buffer pool in huge pages
mariadb() {
  local connect="--db-driver=mysql --mysql-socket=$PWD/socket --mysql-user=root --tables=2 --table-size=500"
  # made when the package was installed: an emulated machine needs minutes for it
  cp -r /var/lib/mysql db
  timeout 400 mariadbd --user=root --datadir="$PWD/db" --socket="$PWD/socket" --pid-file="$PWD/pid" --skip-networking --innodb-flush-method=O_DIRECT --innodb-buffer-pool-size=16M --innodb-log-file-size=8M > server.log 2>&1 &
  until_true 200 mariadb-admin --socket="$PWD/socket" ping || { tail -3 server.log; return 1; }
  command mariadb --socket="$PWD/socket" -u root -e 'create database sbtest'
  timeout 100 sysbench oltp_read_write $connect prepare
  timeout 100 sysbench oltp_read_write $connect --threads=3 --time="$seconds" run
  timeout 60 mariadb-admin --socket="$PWD/socket" -u root shutdown
  wait
  tail -5 server.log
}
# direct I/O through the file systems that have their own
images() {
  local kind
  modprobe loop
  for kind in xfs btrfs; do
    truncate -s 400M $kind.disk
    mkfs.$kind -q $kind.disk && mkdir $kind && mount -o loop $kind.disk $kind || continue
    qemu-img create -f raw $kind/raw 24M
    qemu-img create -f qcow2 $kind/cow 24M
    for engine in native io_uring threads; do
      timeout 60 qemu-img bench -t none -i $engine -f raw -c 300 -d 8 -s 65536 -w $kind/raw
      timeout 60 qemu-img bench -t none -i $engine -f qcow2 -c 200 -d 4 -s 16384 -w $kind/cow
      timeout 60 qemu-img bench -t none -i $engine -f raw -c 300 -d 8 -s 131072 $kind/raw
    done
    timeout 60 qemu-img convert -t none -T none -f qcow2 -O raw -W -m 4 $kind/cow $kind/copy
    timeout 60 fio --name=m --filename=$kind/f --size=8M --bsrange=512-64k --rw=randrw --direct=1 --ioengine=libaio --iodepth=8 --numjobs=2 --time_based --runtime=3 > fio.log
    umount $kind
  done
}
# to compile takes minutes on an emulated machine that records
prepare_java() {
  cat > T.java << 'END'
import java.util.*; import java.nio.*; import java.nio.channels.*; import java.nio.file.*; import com.sun.nio.file.ExtendedOpenOption;
public class T { public static void main(String[] a) throws Exception {
  long end = System.currentTimeMillis() + Long.parseLong(a[0]) * 1000; List<Thread> all = new ArrayList<>();
  for (int t = 0; t < 3; t++) { final int n = t; Thread x = new Thread(() -> { try {
    FileChannel f = FileChannel.open(Path.of("f" + n), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
    ByteBuffer b = ByteBuffer.allocateDirect(1 << 17).alignedSlice(4096); Random r = new Random(n); Map<Integer, byte[]> m = new HashMap<>();
    for (int k = 0; k < 30 || System.currentTimeMillis() < end; k++) { b.clear(); b.limit(65536); f.write(b, r.nextInt(16) * 65536L); b.clear(); b.limit(65536); f.read(b, r.nextInt(16) * 65536L);
      for (int i = 0; i < 50; i++) m.put(r.nextInt(400), new byte[r.nextInt(30000)]); }
    } catch (Exception e) { System.out.println(e); } }); x.start(); all.add(x); }
  for (Thread x : all) x.join(); } }
END
  javac -J-XX:TieredStopAtLevel=1 T.java
}
# a collector that moves and gives back huge pages, and threads
java() {
  for flags in "-XX:+UseG1GC -XX:+UseTransparentHugePages" "-XX:+UseParallelGC" "-XX:+UseSerialGC -XX:+AlwaysPreTouch"; do
    timeout 120 /usr/bin/java -Xmx64m -XX:TieredStopAtLevel=1 $flags T "$((seconds / 3))"
  done
}
# others who look into a process: debuggers, and what runs a program in its own way
debuggers() {
  timeout 60 gdb -q -batch -ex 'break write' -ex run -ex 'x/64xb $rsi' -ex 'set var *(char*)$rsp=0' -ex 'dump memory stack $sp $sp+8192' -ex 'generate-core-file core.1' -ex continue --args ls -l /usr/bin | tail -3
  timeout 100 valgrind --tool=none ls /usr > /dev/null
  timeout 60 strace -f -o trace.1 sh -c 'ls /usr | sort | tail -1'
  sleep 30 & gcore -o core $! > /dev/null; kill -ABRT $!
  python3 -c '
import os, mmap
m = mmap.mmap(-1, 8 << 20); m[:] = b"x" * len(m)
for i in range(8):
    if os.fork() == 0:
        for k in range(0, len(m), 4096 * 3): m[k] = i
        f = os.open("/proc/self/mem", os.O_RDONLY); os.lseek(f, 0, 0); os._exit(0)
    os.wait()'
}
# a server that sends files by sendfile(), by threads and directly
web() {
  mkdir -p files
  for i in 1 2 3 4; do head -c $((i * 200000)) /dev/urandom > files/$i; done
  printf 'worker_processes 2; pid %s/pid; error_log %s/log; events {} http { access_log off; server { listen 127.0.0.1:8080; root %s/files; sendfile on; location /1 { } location /2 { aio threads; directio 512; } location /3 { sendfile off; } location /4 { directio 4k; } } }' "$PWD" "$PWD" "$PWD" > conf
  ip link set lo up
  chmod 755 . ..
  nginx -c "$PWD/conf" || return 1
  memcached -u root -s "$PWD/mc" -m 16 -t 2 &
  for i in 1 2 3 4; do timeout 60 ab -q -n 15 -c 3 http://127.0.0.1:8080/$i | grep -E "Complete|Failed" & done
  sleep "$seconds"
  nginx -c "$PWD/conf" -s quit; kill %1
  wait
}

# files copied in every way, on file systems that pin in their own: a repository, rsync, dd and cp, also over NFS from this machine
copies() {
  local kind source=$PWD/source
  mkdir source && cp -r /usr/lib/python3*/[a-e]*.py source
  ip link set lo up
  modprobe loop
  for kind in xfs btrfs tmpfs nfs; do
    mkdir -p $kind
    case $kind in
      tmpfs) mount -t tmpfs -o size=64M t tmpfs ;;
      nfs) nfs_of "$source" nfs ;;
      *) truncate -s 400M $kind.disk && mkfs.$kind -q $kind.disk && mount -o loop $kind.disk $kind ;;
    esac || continue
    (
      cd $kind || exit
      dd if=/dev/vdc of=raw bs=128k count=16 iflag=direct oflag=direct status=none || dd if=/dev/vdc of=raw bs=128k count=16 iflag=direct status=none
      cp --reflink=auto raw copy
      dd if=copy of=copy2 bs=12k iflag=direct conv=notrunc status=none &
      timeout 60 rsync -a --exclude nfs.copy "$source/" tree
      timeout 60 rsync -a --inplace --no-whole-file raw copy
      wait
      [ $kind = nfs ] || {
        git init -q tree && git -C tree add . && git -C tree -c user.name=n -c user.email=e commit -q -m m && git -C tree gc -q --aggressive
      }
      timeout 60 fio --name=m --filename=f --size=2M --bsrange=512-64k --rw=randrw --direct=1 --ioengine=libaio --iodepth=8 --time_based --runtime=2 > /dev/null
      sync
    )
    umount $kind
  done
}
# nfs_of FOLDER AT: mounted from this machine
nfs_of() {
  modprobe nfsd && modprobe nfsv4 && mount -t nfsd n /proc/fs/nfsd || return 1
  mount -t rpc_pipefs r /run/rpc_pipefs 2> /dev/null
  mkdir -p /var/lib/nfs/v4recovery
  echo 10 > /proc/fs/nfsd/nfsv4leasetime
  echo 10 > /proc/fs/nfsd/nfsv4gracetime
  rpc.mountd -N 3 && exportfs -i -o rw,no_root_squash,insecure,fsid=0 "127.0.0.1:$1" && rpc.nfsd -N 3 2 && mount -t nfs4 127.0.0.1:/ "$2"
}
# direct I/O of threads, of a process that forks meanwhile, in less memory than it needs
direct() { squeezed 32 timeout 120 python3 /run/python/direct.py /dev/vdc "$seconds"; }
# everything an administrator may change while programs have pages pinned
upheaval() {
  local group=/sys/fs/cgroup/squeezed block
  echo always > /sys/kernel/mm/transparent_hugepage/enabled
  echo 1 > /sys/module/zswap/parameters/enabled
  echo 1 > /sys/kernel/mm/ksm/run
  echo 2000 > /sys/kernel/mm/ksm/pages_to_scan
  mount -t debugfs d /sys/kernel/debug
  echo 1 > /proc/sys/kernel/numa_balancing
  echo 100 > /sys/kernel/debug/sched/numa_balancing/scan_period_min_ms
  echo 10 > /sys/kernel/debug/sched/numa_balancing/scan_delay_ms
  echo 7 > /sys/kernel/mm/lru_gen/enabled
  echo 24 > /proc/sys/vm/nr_hugepages
  squeezed 200 timeout 120 bash -c '
    python3 /run/python/direct.py /dev/vdc $seconds &
    fio --name=u --filename=/dev/mapper/slow --offset=32M --size=16M --bs=16k --rw=randrw --direct=1 --ioengine=io_uring --fixedbufs --iodepth=8 --time_based --runtime=$seconds > /dev/null &
    fio --name=h --filename=/dev/vdc --offset=32M --size=16M --bs=64k --rw=randrw --direct=1 --ioengine=libaio --mem=mmaphuge --hugepage-size=2M --iodepth=4 --time_based --runtime=$seconds > /dev/null &
    stress-ng --vm 1 --vm-bytes 24M --vm-madvise mergeable --fork 1 --numa 1 --numa-bytes 4M --timeout $seconds &
    wait' &
  local programs=$!
  while kill -0 $programs 2> /dev/null; do
    [ ! -e $group/memory.reclaim ] || echo 16M > $group/memory.reclaim
    echo 1 > /proc/sys/vm/compact_memory
    echo $((RANDOM % 32)) > /proc/sys/vm/nr_hugepages
    timeout 10 swapoff /dev/vdb && swapon /dev/vdb
    block=$(grep -l 1 /sys/devices/system/memory/memory*/removable | shuf -n 1)
    timeout 5 sh -c "echo offline > ${block%/*}/state" && echo "${block%/*} was offline" && echo online > "${block%/*}/state"
  done
  wait
  grep -E '^(pgmigrate_success|ksm_pages|numa_pages_migrated|zswpout|pswpin|pgmigrate_fail|thp_split_page|htlb_buddy) ' /proc/vmstat
}
# a database that reads by io_uring into shared buffers (version 18), with workers
postgres18() {
  local bin
  bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
  chown postgres .
  echo 40 > /proc/sys/vm/nr_hugepages
  su postgres -s /bin/bash -c "$bin/initdb -D pg -A trust > /dev/null && $bin/pg_ctl -D pg -o '-k $PWD -h \"\" -c io_method=io_uring -c shared_buffers=8MB -c huge_pages=try -c debug_io_direct=data,wal' -w -l log start && $bin/pgbench -h $PWD -i -s 2 postgres && $bin/psql -h $PWD -c 'show io_method; show huge_pages_status; select count(*), sum(abalance) from pgbench_accounts; analyze' postgres && $bin/pgbench -h $PWD -c 3 -j 2 -T $seconds postgres; $bin/psql -h $PWD -c 'create index i on pgbench_accounts(abalance)' -c vacuum postgres; $bin/pg_ctl -D pg -m fast stop; tail -3 log"
}

# a virtual machine within this one, in less memory than it needs, and a device that is passed through; the latter needs
# LAB_DEVICES='-device intel-iommu -device edu' LAB_APPEND=intel_iommu=on
kvm() {
  modprobe kvm_amd
  echo 1 > /sys/kernel/mm/ksm/run
  squeezed 24 timeout 120 /lab/scn "kvm_$seconds"
}
vfio() {
  local device
  device=$(basename "$(dirname "$(grep -l 0x11e8 /sys/bus/pci/devices/*/device)")")
  modprobe vfio_pci && modprobe vfio_iommu_type1 || return 1
  echo vfio-pci > "/sys/bus/pci/devices/$device/driver_override"
  echo "$device" > /sys/bus/pci/drivers_probe
  echo 8 > /proc/sys/vm/nr_hugepages
  LAB_EDU=$device timeout 120 /lab/scn "vfio_$seconds"
}

# a POSIX shell in between does not pass functions on
declare -f > /run/programs
# a read from a 9p share pins the reader's buffer (p9_get_mapped_pages()), and put_page() releases it without an event
cp -r /lab/guest/programs /run/python
export seconds
for program in $SCENARIOS; do
  out=/out/$program.prog
  mkdir -p "$out" "/var/tmp/$program"
  ! declare -F "prepare_$program" > /dev/null || (cd "/var/tmp/$program" && "prepare_$program")
  # shellcheck disable=SC2016 # expands in that shell
  (cd "/var/tmp/$program" && sh /lab/capture.sh -o /run/cap/trace.txt "${CAPTURE_FLAGS[@]}" -- bash -c '. /run/programs; "$0"' "$program" > "$out/prog.log" 2> "$out/capture.err")
  echo "LAB-PROGRAM $program ended with $?: $(wc -l < /run/cap/trace.txt) lines, $(grep '^# pindrift-lost' /run/cap/trace.txt | tr '\n' ' ')"
  ! grep -E 'unrecognized option|command not found' "$out/prog.log" || echo "LAB-ERR $program did not run as intended"
  as_before "$program"
  # compressing takes minutes in the guest, and seconds outside
  cp /run/cap/trace.txt "$out/trace.txt"
  rm -rf "/var/tmp/$program" /run/cap/trace.txt
done
