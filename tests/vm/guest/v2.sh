. /library.sh
program vm_placement
finish
