. /library.sh
program vm_no_pmu

bytebound doctor >doctor.txt 2>doctor.err
is "doctor ends with 0" 0 $?
is "doctor names the cause" "core PMU          no   no core PMU: the kernel has no driver for this CPU," "$(grep '^core PMU' doctor.txt)"

tiny="--quick --N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 16 --loops paired,index --llc 256KiB:16"
bytebound run $tiny --out r >out.txt 2>err.txt
is "run falls back to the simulation and ends with 0" 0 $?
is "its table says why there is no CPI" "n/a cpi, llc_mpki: no core PMU: the kernel has no driver for this CPU, firmware hides it, or this is a guest without a virtual PMU" "$(grep '^n/a cpi' out.txt)"
cat out.txt err.txt
send summary.json r/summary.json

bytebound run $tiny --collector perf --events cycles --out s >out.txt 2>err.txt
is "a collector that was named and can count nothing ends with 3" 3 $?
is "with cause and remedy" "bytebound: error: count with --collector perf: it can open none of the events; cycles: no core PMU: the kernel has no driver for this CPU, firmware hides it, or this is a guest without a virtual PMU; sudo dmesg | grep -i 'performance events\\|pmu'" \
  "$(grep error: err.txt)"
bytebound run $tiny --events cycles,task-clock --strict --out t >out.txt 2>err.txt
is "--strict refuses a run that lacks an event" 3 $?
cat err.txt
finish
