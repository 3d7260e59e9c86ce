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
