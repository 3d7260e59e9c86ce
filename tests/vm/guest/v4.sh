. /library.sh
insmod /fakepmu.ko
is "the module loads" 0 $?
ls /sys/bus/event_source/devices
cat /sys/bus/event_source/devices/uncore_imc_*/cpumask
bytebound doctor
bytebound presets match --json
export FAKEPMU_STEP="core 3000 1500 20
offcore 64 0 32
box 0 0 32 16
box 1 0 16 8
box 0 1 8 4
box 1 1 8 4"
bytebound-driven run --quick --N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 16 --loops driven --qualify off --out r
is "run ends with 0" 0 $?
head -30 r/samples.csv
grep -c . r/samples.csv
bytebound-driven run --quick --N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 16 --loops driven --out q
dmesg | tail -5
finish
