. /library.sh
insmod /fakepmu.ko boxes=umc
is "the module loads" 0 $?
program vm_boxes
bytebound presets match --json >match.json
is "presets match ends with 0" 0 $?
send match.json match.json

export FAKEPMU_STEP="core 3000 1500 20
box 0 0 40 20
box 1 1 24 12"
bytebound-driven run --N 256 --m 64 --hidden-dim 16 --up-cols 16 --ks 16 --loops driven --cpus 1 --warmup 4 --repeats 2 \
  --batch 1 --steps-per-k 20 --qualify off --out exact >out.txt 2>err.txt
is "a run with known amounts ends with 0" 0 $?
cat out.txt err.txt
send exact/samples.csv exact/samples.csv
send exact/summary.json exact/summary.json
finish
