. /library.sh
program vm_no_pmu
bytebound doctor >doctor.txt 2>doctor.err
is "doctor ends with 0" 0 $?
cat doctor.txt doctor.err
bytebound run --quick --N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 16 --loops paired,index --out r >out.txt 2>err.txt
is "run falls back to the simulation and ends with 0" 0 $?
cat out.txt err.txt
bytebound run --quick --N 256 --m 64 --ks 16 --loops paired --collector perf --events cycles --strict --out s >out.txt 2>err.txt
echo rc=$?
cat out.txt err.txt
finish
