. /library.sh
program vm_odd_nodes
bytebound topology
is "topology ends with 0" 0 $?
finish
