. /library.sh
insmod /fakepmu.ko
is "the module loads" 0 $?
program vm_boxes

bytebound presets match --json >match.json
is "presets match ends with 0" 0 $?
send match.json match.json
bytebound doctor >doctor.txt
is "doctor ends with 0" 0 $?
cat doctor.txt

is "the released binary does not know the loop" 0 "$(grep -c FAKEPMU_STEP /bin/bytebound)"
bytebound run --loops driven --out none 2>err.txt
is "the released binary refuses the loop" 2 $?
is "and says what it knows" "bytebound: error: parse option --loops: unknown loop 'driven'; known: paired, index, mask, hybrid, oracle, torch" \
  "$(cat err.txt)"

# 64 reads and 32 writes over four boxes: 4096 and 2048 bytes a step.
export FAKEPMU_STEP="core 3000 1500 20
offcore 60 4 32
box 0 0 32 16
box 1 0 16 8
box 0 1 8 4
box 1 1 8 4"
small="--N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 16 --loops driven --cpus 1 --warmup 4 --repeats 2 --batch 1 --steps-per-k 20"
bytebound-driven run $small --qualify off --out exact >out.txt 2>err.txt
is "a run with known amounts ends with 0" 0 $?
cat out.txt err.txt
send exact/samples.csv exact/samples.csv
send exact/summary.json exact/summary.json
send exact/run.json exact/run.json
send exact/report.md exact/report.md

bytebound-driven run $small --qualify off --collector perf --strict --events uncore_imc/cas_count_read/,uncore_imc_0/cas_count_read/ \
  --out boxes >out.txt 2>err.txt
is "a run with events at boxes ends with 0" 0 $?
cat out.txt err.txt
send boxes/summary.json boxes/summary.json

bytebound-driven run $small --qualify off --collector perf --bw-preset /core-only.toml --out estimate >out.txt 2>err.txt
is "a run with the core estimate ends with 0" 0 $?
cat out.txt err.txt
send estimate/summary.json estimate/summary.json

# What the module says of kernels that drive nothing is wrong: such counters must not pass.
bytebound-driven run $small --qualify always --out unqualified >out.txt 2>err.txt
is "a run with counters that fail qualification ends with 0" 0 $?
cat out.txt err.txt
send unqualified/summary.json unqualified/summary.json

# A second source beside the memory controllers: the simulation of a loop that drives nothing.
bytebound run --N 1024 --m 512 --hidden-dim 256 --up-cols 256 --ks 64 --loops paired,index --cpus 1 --warmup 20 --repeats 2 \
  --steps-per-k 20 --qualify off --llc 256KiB:16 --out second >out.txt 2>err.txt
is "a run with a second source ends with 0" 0 $?
send second/summary.json second/summary.json
sed -n '/^## DRAM bytes by source/,/^## Not/p' second/report.md

# Somebody else drives the same boxes.
export FAKEPMU_STEP="core 3000000 1500000 1000
box 0 0 16384 16384"
vm_background 0 0 6000000 3000000 &
other=$!
bytebound-driven run --N 256 --m 128 --hidden-dim 2048 --up-cols 0 --ks 256 --loops driven --cpus 1 --warmup 4 --repeats 3 \
  --steps-per-k 30 --qualify off --out busy >out.txt 2>err.txt
is "a run beside another process ends with 0" 0 $?
kill $other
cat out.txt err.txt
send busy/samples.csv busy/samples.csv
send busy/summary.json busy/summary.json
send busy/run.json busy/run.json

# A command whose processes drive known amounts at boxes of both nodes and as core events of a parent and a child, once and
# twice, in turns.
cat >work.sh <<'WORK'
drive=/sys/kernel/debug/fakepmu/drive
echo 'core 2000 1000 8' >$drive
taskset 8 sh -c "echo 'core 1000 500 12' >$drive" &
wait
for box in "0 0 1000 500" "1 0 24 12" "0 1 8 4" "1 1 56 28"; do echo "box $box" >$drive; done
usleep 60000
WORK
bytebound exec --repeats 2 --name twice --name once --out exec --vs 'sh work.sh' -- sh -c 'sh work.sh; sh work.sh' >out.txt 2>err.txt
is "exec of commands that drive known amounts ends with 0" 0 $?
cat out.txt err.txt
send exec/summary.json exec/summary.json
send exec/samples.csv exec/samples.csv

# The whole machine, watched: known amounts at boxes of both nodes and on two CPUs, twice, with a CPU that goes offline
# in between. The lines must add up to these amounts.
drive=/sys/kernel/debug/fakepmu/drive
lines() { # of the watch, at least $1
  for wait in $(seq 500); do [ "$(wc -l <watch.jsonl)" -ge "$1" ] && return; usleep 20000; done
}
more() { lines $(($(wc -l <watch.jsonl) + $1)); }
amounts() {
  taskset 1 sh -c "echo 'core 3000 1500 20' >$drive"
  taskset 4 sh -c "echo 'core 1000 500 10' >$drive"
  for box in "0 0 1000 500" "1 0 24 12" "0 1 8 4" "1 1 56 28"; do echo "box $box" >$drive; done
}
bytebound watch --interval 150ms --json >watch.jsonl 2>err.txt &
watch=$!
lines 1
amounts
more 2
echo 0 >/sys/devices/system/cpu/cpu3/online
more 3
amounts
more 2
kill -TERM $watch
wait $watch
is "watch ends with 143 at SIGTERM" 143 $?
is "and says so" "bytebound: error: watch this machine: terminated by SIGTERM; every complete line is written" "$(tail -n 1 err.txt)"
echo 1 >/sys/devices/system/cpu/cpu3/online
send watch.jsonl watch.jsonl
bytebound watch --interval 100ms --count 2 >log.txt 2>err.txt
is "a watch of two lines ends with 0" 0 $?
cat log.txt err.txt
# Five events and four counters: they take turns.
bytebound watch --interval 300ms --count 2 --csv --events cycles:uk,instructions:uk,cache-misses:uk,cache-references:uk,rc0:uk \
  >shared.csv 2>err.txt
is "a watch of more events than counters ends with 0" 0 $?
send shared.csv shared.csv
echo 'nobody:x:65534:65534::/tmp:/bin/sh' >/etc/passwd
echo 2 >/proc/sys/kernel/perf_event_paranoid
su nobody -c 'bytebound watch --count 1' 2>err.txt
is "without the right to count whole CPUs watch ends with 3" 3 $?
cat err.txt
is "and says which level it needs" 1 \
  "$(grep -c 'nothing can be counted: perf_event_paranoid is 2 and there is no CAP_PERFMON: counting a whole CPU needs level 0' err.txt)"

# A box loses its CPU during the run: the phase fails, the finished ones stay. Last, as it takes CPU 2 away.
export FAKEPMU_STEP="core 3000 1500 20
box 0 0 32 16
box 0 1 8 4"
bytebound-driven run --N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 16 --loops driven --cpus 1 --warmup 4 --repeats 200 \
  --batch 1 --steps-per-k 20 --qualify off --quiet --out gone >out.txt 2>err.txt &
run=$!
for wait in $(seq 500); do
  [ -f gone/samples.csv ] && [ "$(grep -c ^driven gone/samples.csv)" -ge 100 ] && break
  usleep 20000
done
echo 0 >/sys/devices/system/cpu/cpu2/online
wait $run
is "a run whose counter disappears ends with 1" 1 $?
cat err.txt
send gone/samples.csv gone/samples.csv
send gone/run.json gone/run.json
finish
