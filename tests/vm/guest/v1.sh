. /library.sh
program vm_exact
kernel_core_pmu --use-colour no
is "the core PMU's kernel tests pass" 0 $?

# Reads in user space need the administrator's word here.
kernel_user_read
is "user-space reads are refused while kernel.perf_user_access is 0" 77 $?
echo 1 >/proc/sys/kernel/perf_user_access
kernel_user_read --use-colour no
is "user-space reads lie between the read(2) around them" 0 $?
program vm_user_read
# At Debian's 3 PAPI switches its perf_event component off, for root too.
echo 0 >/proc/sys/kernel/perf_event_paranoid
program vm_read_cost

tiny="--N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 4,16 --loops paired,index --warmup 20 --repeats 2 --batch 1 --steps-per-k 20
  --llc 256KiB:16"
bytebound run $tiny --qualify off --out r >out.txt 2>err.txt
is "bytebound run counts cycles and instructions and ends with 0" 0 $?
cat out.txt err.txt
send summary.json r/summary.json
send samples.csv r/samples.csv

# oracle does nothing at k = 0: what is counted there is the reading.
bytebound run --N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 0 --loops oracle --warmup 20 --repeats 2 --batch 1 \
  --steps-per-k 20 --llc 256KiB:16 --qualify off --out n >out.txt 2>err.txt
is "a run without work ends with 0" 0 $?
send nothing-summary.json n/summary.json
send nothing-run.json n/run.json
send nothing-samples.csv n/samples.csv

# The preset's LLC event opens here and stays 0: qualification has to notice, and to pass cycles and instructions.
bytebound run $tiny --qualify always --out q >out.txt 2>err.txt
is "a run with qualified counters ends with 0" 0 $?
cat out.txt err.txt
send qualified.json q/summary.json
finish
