# shellcheck shell=bash
# Why: a complete trace of programs that people run must be whole, and say nothing where nothing is wrong. SCENARIOS are names
# of the functions below; they need the root `real` (run -r real: a Debian with fio, stress-ng, sqlite3, redis, postgresql, gcc).
seconds=${LAB_LOAD_SECONDS:-4}

sqlite() {
  sqlite3 t.db "create table t(a,b); with recursive c(x) as (select 1 union all select x+1 from c where x<30000) insert into t select x, hex(randomblob(60)) from c; create index i on t(b); select count(*) from t where b like '%AB%'; vacuum;"
  for i in 1 2 3; do sqlite3 t.db "select sum(a) from t where b > 'A$i'" & done
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
  echo 24M > $group/memory.max
  (
    echo $BASHPID > $group/cgroup.procs
    exec redis-server --port 0 --unixsocket "$PWD/socket" --dir . --save '' --daemonize yes
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
stress() { timeout 90 stress-ng --temp-path "$PWD" "$@" --timeout "$seconds"; }
stress_vm() { stress --vm 2 --vm-bytes 24M --vm-method all --userfaultfd 1 --userfaultfd-bytes 2M --mremap 1 --mremap-bytes 4M --madvise 1 --vm-splice 1 --mlock 1 --msync 1 --msync-bytes 1M; }
stress_map() { stress --vfork 1 --fork 1 --mmap 1 --mmap-bytes 16M --mmapfork 1 --mmapmany 1 --brk 1 --stack 1 --munmap 1 --remap 1 --shm 1; }
stress_io() { stress --io-uring 1 --aiol 1 --iomix 1 --iomix-bytes 8M --hdd 1 --hdd-bytes 8M --hdd-opts direct --mprotect 1 --splice 1 --sendfile 1 --vm-rw 1 --vm-rw-bytes 1M --numa 1 --migrate 1; }

# a POSIX shell stands between, which passes no functions on
declare -f > /run/programs
export seconds
for program in $SCENARIOS; do
  out=/out/$program.prog
  mkdir -p "$out" "/run/cap/$program"
  # shellcheck disable=SC2016 # expands in there
  (cd "/run/cap/$program" && sh /lab/capture.sh -o /run/cap/trace.txt "${CAPTURE_FLAGS[@]}" -- bash -c '. /run/programs; "$0"' "$program" > "$out/prog.log" 2> "$out/capture.err")
  echo "LAB-PROGRAM $program ended with $?: $(wc -l < /run/cap/trace.txt) lines, $(grep '^# pindrift-lost' /run/cap/trace.txt | tr '\n' ' ')"
  as_before "$program"
  gzip -1 < /run/cap/trace.txt > "$out/trace.txt.gz"
  rm -rf "/run/cap/$program" /run/cap/trace.txt
done
