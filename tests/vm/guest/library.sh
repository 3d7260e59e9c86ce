# What the guests' scripts share. Every check prints one TAP line; `finish` ends the script with the number of
# programs that failed.
failed=0

# Runs a guest test program, which prints its own TAP lines.
program() {
  "$@" --use-colour no
  status=$?
  [ "$status" -eq 0 ] || { echo "# $1 ended with $status"; failed=$((failed + 1)); }
}
# is NAME EXPECTED ACTUAL
is() {
  if [ "$2" = "$3" ]; then
    echo "ok - $1"
  else
    echo "not ok - $1"
    echo "# expected: $2"
    echo "# got:      $3"
  fi
}
# send NAME FILE: to the checks on the host
send() {
  echo "SEND-BEGIN $1"
  base64 "$2"
  echo "SEND-END $1"
}
finish() { [ "$failed" -eq 0 ]; exit; }
