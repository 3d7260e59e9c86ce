. /library.sh
program vm_placement

# The CPU of a running measurement is taken away: the thread goes on elsewhere, and every step from then on says so.
bytebound run --N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 16 --loops paired --cpus 3 --warmup 4 --repeats 40 \
  --batch 1 --steps-per-k 20 --llc 256KiB:16 --qualify off --quiet --out moved >out.txt 2>err.txt &
run=$!
for wait in $(seq 500); do
  [ -f moved/samples.csv ] && [ "$(grep -c ^paired moved/samples.csv)" -ge 100 ] && break
  usleep 20000
done
echo 0 >/sys/devices/system/cpu/cpu3/online
wait $run
is "a run that loses its CPU goes on elsewhere" 0 $?
is "and warns of the steps that did" 1 "$(grep -c 'measured steps did not stay on their CPU; pin with --cpus' err.txt)"
send samples.csv moved/samples.csv
finish
