# What follows is the same in every script. POSIX sh: dash and busybox ash run it.

usage() {
  cat <<END
usage: sh $0 [options] [-- COMMAND [ARG...]]

Records which pages are pinned and what becomes of them, on this machine, as root. With COMMAND: while it runs.
With --duration: that long. Otherwise until Ctrl-C.

  -o FILE            where the capture goes (pindrift.trace); .gz is packed
  --duration SEC     stop after SEC seconds
  --buffer SIZE      ring buffer per CPU: 8M, 64M, ... (a tenth of what is free, at most 256M in all)
  --clock CLOCK      mono, boot, global, ... ($pd_clock)
  --tier TIER        core: what the rules ask for; $pd_made: all that is in here ($pd_tier)
  --pid PID          only this process and its children; may be given again
  --comm NAME        only tasks of this name
  --cgroup DIR       only the processes of a cgroup, and their children
  --raw              leave the ring buffer's pages and the formats in the folder FILE, not text
  --follow           print the events as they come, on standard output, and leave no file
  --ring SIZE        with --follow: also keep the newest events in an instance of their own, pindrift-ring
  --force            also on a kernel that the script was not made for
  --dry-run          check, and print what would be armed; nothing is changed
  --cleanup          take away what a killed capture left behind
END
}

say() { printf 'pindrift: %s\n' "$*" >&2; }

# what is wrong; what to try
die() {
  say "$1"
  [ -z "${2:-}" ] || say "try: $2"
  exit 1
}

pd_state=idle
pd_out=pindrift.trace
pd_duration=
pd_buffer=
pd_pids=
pd_comm=
pd_raw=0
pd_follow=0
pd_ring=
pd_force=0
pd_mode=capture
pd_child=
pd_stop=0
pd_signal=0
pd_pending=
pd_names=
pd_armed=0
pd_refused=0
pd_hash=
pd_instance=
pd_dir=
pd_t=
pd_table=
pd_line_end='
'

need_value() { [ $# -ge 2 ] || { usage >&2; say "$1 needs a value"; exit 2; }; }

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      -o | --output) need_value "$@"; pd_out=$2; shift ;;
      -d | --duration) need_value "$@"; pd_duration=$2; shift ;;
      --buffer) need_value "$@"; pd_buffer=$2; shift ;;
      --clock) need_value "$@"; pd_clock=$2; shift ;;
      --tier) need_value "$@"; pd_tier=$2; shift ;;
      --pid) need_value "$@"; pd_pids="$pd_pids $2"; shift ;;
      --comm) need_value "$@"; pd_comm=$2; shift ;;
      --cgroup)
        need_value "$@"
        [ -r "$2/cgroup.procs" ] || die "$2 is no cgroup: it has no cgroup.procs" "a folder below /sys/fs/cgroup"
        pd_pids="$pd_pids $(tr '\n' ' ' < "$2/cgroup.procs")"
        [ -n "$(echo "$pd_pids" | tr -d ' ')" ] || die "no process is in $2"
        shift ;;
      --raw) pd_raw=1 ;;
      --follow) pd_follow=1 ;;
      --ring) need_value "$@"; pd_ring=$2; shift ;;
      --force) pd_force=1 ;;
      --dry-run) pd_mode=dry ;;
      --cleanup) pd_mode=cleanup ;;
      -h | --help) usage; exit 0 ;;
      --) shift; return 0 ;;
      *) usage >&2; say "unknown: $1"; exit 2 ;;
    esac
    shift
  done
}

# how many words parse() takes: all up to and with --
count_options() {
  pd_taken=0
  for pd_word in "$@"; do
    pd_taken=$((pd_taken + 1))
    [ "$pd_word" = -- ] && return 0
  done
}

find_tracefs() {
  for pd_t in /sys/kernel/tracing /sys/kernel/debug/tracing; do
    [ -e "$pd_t/dynamic_events" ] || [ -e "$pd_t/kprobe_events" ] && break
    pd_t=
  done
  if [ -z "$pd_t" ]; then
    if [ -d /sys/kernel/tracing ] || [ -d /sys/kernel/debug ]; then
      grep -qs ' tracefs ' /proc/mounts &&
        die "this kernel has no kprobe events (CONFIG_KPROBE_EVENTS)" "a kernel with it; distributions set it"
      die "tracefs is not mounted" "mount -t tracefs tracefs /sys/kernel/tracing"
    fi
    die "this kernel has no tracefs (CONFIG_TRACING)" "a kernel with it; distributions set it"
  fi
  pd_events=$pd_t/dynamic_events
  [ -e "$pd_events" ] || pd_events=$pd_t/kprobe_events
  [ -d "$pd_t/instances" ] || die "this kernel's tracefs has no instances" "a kernel from 3.10 on"
  pd_instance=$pd_t/instances/pindrift
}

check_machine() {
  [ "$(id -u)" = 0 ] || die "only root may record kernel events" "sudo sh $0"
  if grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown; then
    die "the kernel is locked down (confidentiality), which forbids kprobes" "boot with lockdown=integrity; secure boot alone asks for no more"
  fi
  pd_here=$(uname -m)
  [ "$pd_here" = "$pd_machine" ] || die "this machine is $pd_here, the script is for $pd_machine" "pindrift capture script --btf FILE --arch $pd_here"
  find_tracefs
  [ -w "$pd_events" ] || die "$pd_events cannot be written: tracefs is read-only here" "in a container: run it privileged, with the host's /sys/kernel/tracing"
  [ "$(cat /proc/sys/kernel/ftrace_enabled 2>/dev/null || echo 1)" != 0 ] ||
    die "kernel.ftrace_enabled is 0: probes would be armed and say nothing" "sysctl kernel.ftrace_enabled=1"
  check_btf
}

check_btf() {
  pd_found=
  if [ -r /sys/kernel/btf/vmlinux ] && command -v sha256sum > /dev/null 2>&1; then
    pd_found=$(sha256sum < /sys/kernel/btf/vmlinux | cut -d' ' -f1)
    [ "$pd_found" = "$pd_btf" ] || [ -z "$pd_btf" ] || wrong_kernel "this kernel's BTF is another than the script was made from"
  elif [ -n "$pd_release" ] && [ "$(uname -r)" != "$pd_release" ]; then
    wrong_kernel "this is kernel $(uname -r), the script is for $pd_release"
  fi
}

# offsets of another build make a trace that is wrong and looks right
wrong_kernel() {
  [ "$pd_force" = 1 ] && { say "$1; going on (--force)"; return 0; }
  die "$1" "copy /sys/kernel/btf/vmlinux to where pindrift is: pindrift capture script --btf vmlinux -o capture.sh"
}

owner_file() { if [ -d /run ] && [ -w /run ]; then echo /run/pindrift.pid; else echo /tmp/pindrift.pid; fi; }

# a process and when it began, since its number may be another's by now
process() { printf '%s %s' "$1" "$(tr '\n' ' ' 2>/dev/null < "/proc/$1/stat" | sed 's/^.*) //' | cut -d' ' -f20)"; }

read_owner() { pd_owner=$(cat "$(owner_file)" 2>/dev/null); }
owner_lives() { [ -n "$pd_owner" ] && kill -0 "${pd_owner% *}" 2>/dev/null && [ "$pd_owner" = "$(process "${pd_owner% *}")" ]; }

# whoever moves the name of the dead owner away is the one who takes away what it left
inherit() {
  read_owner
  if [ -z "$pd_owner" ] || owner_lives; then return 0; fi
  mv "$(owner_file)" "$(owner_file).$$" 2>/dev/null || return 0
  if [ -d "$pd_instance" ] || grep -qs '^[a-z][0-9]*:pindrift/' "$pd_events"; then
    say "taking away what a killed pindrift (process ${pd_owner% *}) left"
    pd_state=taken
    take_away || exit 1
    pd_state=idle
  fi
  rm -f "$(owner_file).$$"
}

# the instance is the lock: mkdir is atomic
take_instance() {
  inherit
  if grep -qs '^[a-z][0-9]*:pindrift/' "$pd_events"; then
    [ -d "$pd_instance" ] || die "events of the group pindrift are there, made by hand or left by a killed capture" "sh $0 --cleanup"
  fi
  # a signal between the two would leave what is not known to be ours
  pd_state=taking
  if ! mkdir "$pd_instance" 2>/dev/null; then
    pd_state=idle
    read_owner
    owner_lives && die "another pindrift (process ${pd_owner% *}) is recording" "wait for it, or: kill ${pd_owner% *}"
    [ -d "$pd_instance" ] && die "there is a trace instance of a pindrift, and nobody says whose" "sh $0 --cleanup, if none is recording"
    die "no trace instance can be made in $pd_t/instances"
  fi
  pd_state=taken
  process $$ > "$(owner_file)"
  [ -z "$pd_pending" ] || exit $((128 + pd_pending))
}

# off, then gone: own events only
drop_events() {
  for pd_path in "$pd_instance" "$pd_instance-ring"; do
    [ ! -d "$pd_path" ] || echo 0 > "$pd_path/tracing_on"
    [ ! -e "$pd_path/events/enable" ] || echo 0 2>/dev/null > "$pd_path/events/enable"
  done
  grep -s '^[a-z][0-9]*:pindrift/' "$pd_events" | sed 's/^[a-z][0-9]*:\([^ ]*\).*/-:\1/' | while read -r pd_line; do
    echo "$pd_line" >> "$pd_events" 2>/dev/null || say "cannot remove $pd_line: somebody uses it (another instance, perf?)"
  done
}

drop_instance() {
  [ -d "$1" ] || return 0
  pd_tries=0
  while ! rmdir "$1" 2>/dev/null; do
    pd_tries=$((pd_tries + 1))
    [ $pd_tries -lt 5 ] || { say "$1 is busy: somebody has a file of it open; try: sh $0 --cleanup later"; return 1; }
    sleep 1
  done
}

take_away() {
  drop_events
  drop_instance "$pd_instance-ring" && drop_instance "$pd_instance"
}

finish() {
  pd_code=$?
  trap '' INT TERM HUP
  trap - EXIT
  if [ "$pd_state" != idle ]; then
    # who comes next finds the name of who left it
    take_away && rm -f "$(owner_file)"
  fi
  [ -z "$pd_dir" ] || rm -rf "$pd_dir"
  rm -f "$pd_out.part"
  exit $pd_code
}

# while it records a signal ends the recording, before and after it ends the script
on_signal() {
  pd_signal=$1
  if [ "$pd_state" = recording ]; then
    pd_stop=1
    # what a script starts in the background does not hear Ctrl-C
    [ -z "$pd_child" ] || kill "$pd_child" 2>/dev/null
  elif [ "$pd_state" = taking ]; then
    pd_pending=$1
  else
    exit $((128 + $1))
  fi
}

# --- arming

# symbols of all probes: name, how often it is there, another form of it
read_symbols() {
  pd_table=$pd_line_end$(awk -v want="$pd_symbols" '
    BEGIN { n = split(want, list, " "); for (i = 1; i <= n; i++) count[list[i]] = 0 }
    index("tTwW", $2) {
      if ($3 in count) count[$3]++
      else { base = $3; sub(/\..*/, "", base); if (base in count && !(base in form)) form[base] = $3 }
    }
    END { for (i = 1; i <= n; i++) print list[i], count[list[i]], form[list[i]] }
  ' /proc/kallsyms)$pd_line_end
}

# EVENT SYMBOL REASON COST
refused() {
  printf '# pindrift-refused: %s %s %s\n' "$1" "$2" "$3" >> "$pd_dir/refused"
  say "not armed: $1 ($2): $3; ${4:-no rule depends on it alone}"
  pd_refused=$((pd_refused + 1))
  if [ $pd_armed = 0 ] && [ $pd_refused -ge 5 ]; then
    pd_try='dmesg says more; kprobes may be switched off (CONFIG_KPROBES, a security module, a sandbox)'
    # check_ftrace_location() of v6.12: without CONFIG_KPROBES_ON_FTRACE, no kprobe where ftrace has its call
    [ "$pd_machine" != riscv64 ] || pd_try='some kernels of riscv64 take no probe at the entry of a function: Debian 6.12 takes none, 7.2 does'
    die "the kernel takes no probe at all (the last answer: $3)" "$pd_try"
  fi
}

# EVENT TIER SYMBOL COST, then pairs of STYLE LINE: the first that the kernel takes
probe() {
  pd_event=$1 pd_symbol=$3 pd_cost=$4
  [ "$2" = A ] || [ "$pd_tier" != core ] || return 0
  shift 4
  if [ "$pd_mode" = dry ]; then
    while [ "$1" = n ] && [ -z "$pd_names" ]; do shift 2; done
    echo "$2"
    return 0
  fi
  pd_why=
  while [ $# -gt 1 ]; do
    try "$1" "$2" && return 0
    shift 2
  done
  refused "$pd_event" "$pd_symbol" "${pd_why:-refused}" "$pd_cost"
}

try() {
  [ "$1" != n ] || [ -n "$pd_names" ] || return 1
  pd_on=${2#* } pd_on=${pd_on%% *} pd_on=${pd_on%%\%return}
  case $pd_table in
    *"$pd_line_end$pd_on 1 "*) ;;
    *"$pd_line_end$pd_on 0 $pd_line_end"*) pd_why="it has no symbol: inlined, or not in this kernel"; return 1 ;;
    *"$pd_line_end$pd_on 0 "*) pd_why="only a changed form of it is there (.isra, .constprop, .part), with other arguments"; return 1 ;;
    *) pd_why="several functions have this name"; return 1 ;;
  esac
  if printf '%s\n' "$2" 2>/dev/null >> "$pd_events"; then
    pd_armed=$((pd_armed + 1))
    return 0
  fi
  pd_why=$(sed -n 's/^.*error: //p' "$pd_t/error_log" 2>/dev/null | tail -n 1)
  # not every refusal is logged; tee says what the write said, which this shell may not
  [ -n "$pd_why" ] || pd_why=$(printf '%s\n' "$2" | tee -a "$pd_events" 2>&1 > /dev/null | sed 's/.*: //')
  return 1
}

# EVENT TIER COST FUNCTIONS REASON: left out when the script was made
left_out() {
  [ "$2" = A ] || [ "$pd_tier" != core ] || return 0
  [ "$pd_mode" != dry ] || return 0
  for pd_symbol in $4; do
    case $pd_table in
      *"$pd_line_end$pd_symbol "[1-9]*) refused "$1" "$pd_symbol" "$5" "$3"; return 0 ;;
    esac
  done
  printf '# pindrift-absent: %s %s\n' "$1" "$4" >> "$pd_dir/refused"
}

# arguments by their names in the source: the kernel looks them up itself
find_names() { if grep -qs '<argname>\[->field' "$pd_t/README"; then pd_names=1; fi; }

# 8M, 512k: in kB
in_kb() {
  case $2 in
    *[!0-9KkMmGg]* | *[KkMmGg]?* | [!1-9]* | '') die "$1 $2: not a size" "$1 8M" ;;
    *[Kk]) echo "${2%?}" ;;
    *[Mm]) echo $((${2%?} * 1024)) ;;
    *[Gg]) echo $((${2%?} * 1048576)) ;;
    *) echo "$2" ;;
  esac
}

size_of_buffer() {
  if [ -n "$pd_buffer" ]; then
    pd_kb=$(in_kb --buffer "$pd_buffer") || exit 1
    return 0
  fi
  pd_kb=$(awk '/^MemAvailable/ { print int($2 / 10) }' /proc/meminfo)
  [ "${pd_kb:-0}" -gt 0 ] || pd_kb=65536
  [ "$pd_kb" -le 262144 ] || pd_kb=262144
  pd_kb=$((pd_kb / pd_cpus))
  [ "$pd_kb" -ge 1024 ] || pd_kb=1024
}

set_up_instance() {
  cd / || exit 1
  pd_cpus=$(find "$pd_instance/per_cpu" -maxdepth 1 -name 'cpu[0-9]*' | wc -l)
  pd_cpus=$((pd_cpus))
  echo 0 > "$pd_instance/tracing_on"
  if ! echo "$pd_clock" 2>/dev/null > "$pd_instance/trace_clock"; then
    die "no clock $pd_clock here: $(cat "$pd_instance/trace_clock")" "--clock global"
  fi
  # 5.10 takes the first size that is written anywhere for a sign that everybody's buffer has its size; the first event
  # gives it that size
  pd_path=$pd_instance/events/sched/sched_process_exit/enable
  if [ -e "$pd_path" ]; then
    echo 1 > "$pd_path"
    echo 0 > "$pd_path"
  fi
  size_of_buffer
  while ! echo "$pd_kb" 2>/dev/null > "$pd_instance/buffer_size_kb"; do
    pd_kb=$((pd_kb / 2))
    [ $pd_kb -ge 64 ] || die "no memory for a ring buffer" "--buffer 1M"
    say "no memory for that; trying $pd_kb kB per CPU"
  done
  if [ -n "$pd_pids" ]; then
    echo 1 > "$pd_instance/options/event-fork" 2>/dev/null
    echo "$pd_pids" > "$pd_instance/set_event_pid" || die "not a process: $pd_pids"
  fi
}

arm() {
  : > "$pd_dir/refused"
  find_names
  read_symbols
  pd_probes
  if ! echo 1 2>/dev/null > "$pd_instance/events/pindrift/enable"; then
    # one of them cannot be switched on: find it, and do without
    for pd_path in "$pd_instance"/events/pindrift/*/enable; do
      pd_event=${pd_path%/enable} pd_event=${pd_event##*/}
      if [ ! -e "$pd_path" ] || echo 1 2>/dev/null > "$pd_path"; then continue; fi
      refused "$pd_event" "$pd_event" "the kernel defines it, but does not switch it on" ""
      echo "-:pindrift/$pd_event" >> "$pd_events"
    done
  fi
  grep '^[a-z][0-9]*:pindrift/' "$pd_events" > "$pd_dir/armed" || die "not one probe was armed" "pindrift capture doctor"
  : > "$pd_dir/tracepoints"
  for pd_tracepoint in $pd_tracepoints; do
    pd_path=$pd_instance/events/$pd_tracepoint/enable
    if [ -e "$pd_path" ] && echo 1 2>/dev/null > "$pd_path"; then
      printf '# pindrift-event: %s\n' "$pd_tracepoint" >> "$pd_dir/tracepoints"
    else
      printf '# pindrift-absent: %s tracepoint\n' "${pd_tracepoint#*/}" >> "$pd_dir/refused"
    fi
  done
  if [ -n "$pd_comm" ]; then
    echo "comm == \"$pd_comm\"" > "$pd_instance/events/pindrift/filter" || die "the kernel does not take the filter comm == $pd_comm"
  fi
}

# --- recording

record() {
  exec 3<&0
  pd_state=recording
  echo 1 > "$pd_instance/tracing_on"
  cat "$pd_t/kprobe_profile" 2>/dev/null > "$pd_dir/before"
  (:) # an address space ends: exit_mmap() says where struct page 0 is
  pd_status=
  if [ $# -gt 0 ]; then
    # nor has it the terminal, unless it is given it
    "$@" <&3 3<&- &
    pd_child=$!
  elif [ -n "$pd_duration" ]; then
    say "recording for $pd_duration seconds"
    sleep "$pd_duration" &
    pd_child=$!
  else
    say "recording; Ctrl-C ends it"
    while [ $pd_stop = 0 ]; do
      sleep 3600 &
      pd_child=$!
      wait "$pd_child"
    done
    kill "$pd_child" 2>/dev/null
    pd_child=
  fi
  if [ -n "$pd_child" ]; then
    wait "$pd_child"
    pd_status=$?
    # a signal ends the wait, not the command
    while [ $pd_stop = 1 ] && [ $# -gt 0 ] && kill -0 "$pd_child" 2>/dev/null; do
      wait "$pd_child"
      pd_status=$?
    done
    kill "$pd_child" 2>/dev/null
    pd_child=
  fi
  echo 0 > "$pd_instance/tracing_on"
  cat "$pd_t/kprobe_profile" 2>/dev/null > "$pd_dir/after"
  pd_state=taken
}

# a second instance keeps what led to it: nobody reads it but when something was found
set_up_ring() {
  mkdir "$pd_instance-ring" || die "no second trace instance can be made" "without --ring"
  pd_kb_ring=$(in_kb --ring "$pd_ring") || exit 1
  echo "$pd_clock" > "$pd_instance-ring/trace_clock"
  echo "$pd_kb_ring" > "$pd_instance-ring/buffer_size_kb" || die "no memory for a ring of $pd_ring" "--ring 4M"
  echo 1 > "$pd_instance-ring/events/pindrift/enable"
  for pd_tracepoint in $pd_tracepoints; do
    [ ! -e "$pd_instance-ring/events/$pd_tracepoint/enable" ] || echo 1 > "$pd_instance-ring/events/$pd_tracepoint/enable"
  done
}

# events as they come; a reader that went away ends it
follow() {
  trap '' PIPE
  if [ -n "$pd_ring" ]; then set_up_ring; fi
  : > "$pd_dir/hits"
  : > "$pd_dir/lost"
  pd_status=
  pd_vmemmap=
  head_lines || exit 1
  echo "# pindrift-instance: $pd_instance"
  [ -z "$pd_ring" ] || echo "# pindrift-ring: $pd_instance-ring"
  pd_state=recording
  [ -z "$pd_ring" ] || echo 1 > "$pd_instance-ring/tracing_on"
  echo 1 > "$pd_instance/tracing_on"
  (:)
  cat "$pd_instance/trace_pipe" &
  pd_child=$!
  pd_timer=
  if [ -n "$pd_duration" ]; then
    { sleep "$pd_duration"; kill "$pd_child"; } > /dev/null 2>&1 &
    pd_timer=$!
  fi
  wait "$pd_child"
  kill "$pd_child" 2>/dev/null
  [ -z "$pd_timer" ] || kill "$pd_timer" 2>/dev/null
  pd_child=
}

# --- the file

field() { sed -n "s/^$2: *//p" "$1" | head -n 1; }

head_lines() {
  echo "# pindrift-capture: 1"
  echo "# pindrift-release: $(uname -r)"
  echo "# pindrift-machine: $(uname -m)"
  pd_page=$(getconf PAGESIZE 2>/dev/null) || pd_page=$(awk '/^KernelPageSize/ { print $2 * 1024; exit }' /proc/self/smaps 2>/dev/null)
  echo "# pindrift-page-size: $pd_page"
  echo "# pindrift-cpus: $pd_cpus"
  echo "# pindrift-clock: $pd_clock"
  echo "# pindrift-buffer: $pd_kb kB per CPU"
  [ -z "$pd_hash" ] || echo "# pindrift-btf: sha256:$pd_hash"
  [ -z "$pd_vmemmap" ] || echo "# pindrift-vmemmap: $pd_vmemmap"
  echo "# pindrift-tier: $pd_tier"
  [ -z "$pd_pids" ] || echo "# pindrift-filter: pid$pd_pids"
  [ -z "$pd_comm" ] || echo "# pindrift-filter: comm $pd_comm"
  [ -z "$pd_status" ] || [ -n "$pd_duration" ] || echo "# pindrift-command-status: $pd_status"
  sed 's/^/# pindrift-armed: /' "$pd_dir/armed"
  cat "$pd_dir/tracepoints" "$pd_dir/refused" "$pd_dir/hits" "$pd_dir/lost"
}

# before the events go: their counters go with them
read_counters() {
  sed -n 's/^[a-z][0-9]*:pindrift\/\([^ ]*\).*/\1/p' "$pd_dir/armed" > "$pd_dir/names"
  # a line per kprobe of any group; of two with one name nobody knows which is ours
  sed 's/$/ mine/' "$pd_dir/names" | cat - "$pd_dir/before" | awk -v after="$pd_dir/after" '
    $2 == "mine" { mine[$1]; next }
    $1 in mine { hits[$1] -= $2; missed[$1] -= $3 }
    END {
      while ((getline < after) > 0) if ($1 in mine) { seen[$1]++; hits[$1] += $2; missed[$1] += $3 }
      for (e in mine) if (seen[e] == 1) print "# pindrift-hits: " e, hits[e], missed[e]; else print "# pindrift-hits: " e " - -"
    }
  ' | sort > "$pd_dir/hits"
  : > "$pd_dir/lost"
  pd_over=0
  for pd_path in "$pd_instance"/per_cpu/cpu[0-9]*/stats; do
    pd_cpu=${pd_path%/stats} pd_cpu=${pd_cpu##*/cpu}
    pd_overrun=$(field "$pd_path" overrun) pd_dropped=$(field "$pd_path" 'dropped events')
    pd_over=$((pd_over + ${pd_overrun:-0} + ${pd_dropped:-0}))
    echo "# pindrift-lost: cpu=$pd_cpu entries=$(field "$pd_path" entries) overrun=$pd_overrun commit-overrun=$(field "$pd_path" 'commit overrun') dropped=$pd_dropped" >> "$pd_dir/lost"
  done
}

no_space() {
  rm -rf "$pd_out.part"
  die "the capture does not fit where $pd_out goes" "-o on a larger disk, or -o FILE.gz"
}

save() {
  pd_vmemmap=$(grep -m 1 -o 'vmemmap=0x[0-9a-f]*' "$pd_instance/trace" | cut -d= -f2)
  if [ "$pd_raw" = 1 ]; then
    save_raw
  elif [ "${pd_out%.gz}" != "$pd_out" ]; then
    { head_lines; cat "$pd_instance/trace"; } | gzip > "$pd_out.part" || no_space
    mv "$pd_out.part" "$pd_out" || no_space
  else
    { head_lines && cat "$pd_instance/trace"; } > "$pd_out.part" || no_space
    mv "$pd_out.part" "$pd_out" || no_space
  fi
  # `capture run` without --keep removes it
  [ -n "${PINDRIFT_UNKEPT:-}" ] || pd_where="; the capture is $pd_out"
  say "$(wc -l < "$pd_dir/armed" | tr -d ' ') probes were armed${pd_where:-}"
  [ $pd_over = 0 ] || say "$pd_over events were overwritten: a longer buffer (--buffer), a shorter run or --tier core keeps them"
}

save_raw() {
  mkdir -p "$pd_out/events" "$pd_out/per_cpu" || no_space
  head_lines > "$pd_out/head" || no_space
  echo 0 2>/dev/null > "$pd_instance/buffer_percent"
  for pd_path in "$pd_instance"/per_cpu/cpu[0-9]*; do
    pd_cpu=$pd_out/per_cpu/${pd_path##*/}
    mkdir -p "$pd_cpu"
    cat "$pd_path/stats" > "$pd_cpu/stats"
    # at the end the reader waits for more
    cat "$pd_path/trace_pipe_raw" > "$pd_cpu/trace_pipe_raw" &
    pd_child=$!
    pd_before=-1
    while pd_size=$(wc -c < "$pd_cpu/trace_pipe_raw"); [ "$pd_size" != "$pd_before" ]; do
      pd_before=$pd_size
      sleep 1
    done
    kill "$pd_child" 2>/dev/null
    wait "$pd_child" 2>/dev/null
    pd_child=
  done
  cat "$pd_t/events/header_page" > "$pd_out/events/header_page"
  cat "$pd_t/events/header_event" > "$pd_out/events/header_event"
  for pd_path in "$pd_instance"/events/pindrift/* $pd_tracepoints; do
    case $pd_path in
      "$pd_instance"/*) pd_event=${pd_path#"$pd_instance"/events/} ;;
      *) pd_event=$pd_path ;;
    esac
    [ -r "$pd_instance/events/$pd_event/format" ] || continue
    mkdir -p "$pd_out/events/$pd_event"
    cat "$pd_instance/events/$pd_event/format" > "$pd_out/events/$pd_event/format"
  done
  for pd_file in saved_cmdlines saved_tgids; do
    [ ! -r "$pd_t/$pd_file" ] || cat "$pd_t/$pd_file" > "$pd_out/$pd_file"
  done
  cat "$pd_instance/trace_clock" > "$pd_out/trace_clock"
  cat /proc/kallsyms > "$pd_out/kallsyms" || no_space
}

main() {
  count_options "$@"
  parse "$@"
  shift "$pd_taken"
  case $pd_tier in core | "$pd_made") ;; *) usage >&2; say "--tier is core or $pd_made"; exit 2 ;; esac
  case $pd_duration in *[!0-9]*) usage >&2; say "--duration is a number of seconds"; exit 2 ;; esac
  if [ $pd_mode = dry ]; then
    if [ "$(id -u)" = 0 ]; then
      check_machine
      find_names
    fi
    pd_probes
    exit 0
  fi
  # paths are the user's, not those of where this works
  case $pd_out in /*) ;; *) pd_out=$(pwd)/$pd_out ;; esac
  if [ $pd_mode = cleanup ]; then
    [ "$(id -u)" = 0 ] || die "only root may do that" "sudo sh $0 --cleanup"
    find_tracefs
    read_owner
    ! owner_lives || die "a pindrift (process ${pd_owner% *}) is recording" "kill ${pd_owner% *}"
    take_away || exit 1
    rm -f "$(owner_file)"
    for pd_path in "${TMPDIR:-/tmp}"/pindrift.[0-9]*; do
      [ ! -d "$pd_path" ] || kill -0 "${pd_path##*.}" 2>/dev/null || rm -rf "$pd_path"
    done
    say "nothing of pindrift is left in $pd_t"
    exit 0
  fi
  [ $# -eq 0 ] || command -v "$1" > /dev/null || die "no such command: $1" "command -v $1"
  check_machine
  [ "$pd_raw" = 0 ] || [ ! -e "$pd_out" ] || die "$pd_out is there already" "another name"
  if [ "$pd_raw$pd_follow" = 00 ]; then
    : 2>/dev/null > "$pd_out.part" || die "$pd_out cannot be written" "-o with another path"
  fi
  trap finish EXIT
  trap 'on_signal 2' INT
  trap 'on_signal 15' TERM
  trap 'on_signal 1' HUP
  pd_dir=${TMPDIR:-/tmp}/pindrift.$$
  (umask 077 && mkdir "$pd_dir") || die "no folder can be made in ${TMPDIR:-/tmp}"
  pd_hash=$pd_found
  pd_here=$(pwd)
  take_instance
  set_up_instance
  arm
  cd "$pd_here" || exit 1
  if [ "$pd_follow" = 1 ]; then
    follow
    exit 0
  fi
  record "$@"
  echo 0 > "$pd_instance/events/enable" 2>/dev/null
  read_counters
  save
  [ $pd_signal != 15 ] || exit 143
}

main "$@"
