# Makes lines of CSV of what perf.sh prints: date,commit,machine,subject,row,measure,value. Give date,
# commit and machine with -v.
function field(text) {
  gsub(/"/, "\"\"", text)
  return "\"" text "\""
}

function trimmed(text) {
  sub(/^ +/, "", text)
  sub(/ +$/, "", text)
  return text
}

function figure(row, measure, value) {
  print date "," commit "," field(machine) "," field(subject) "," field(row) "," measure "," value
}

# What a heading aims at in brackets is no part of its subject.
/^[^ ]/ {
  subject = $0
  sub(/ \((aim|aims):.*/, "", subject)
  next
}

/^  ratio: / {
  figure("ratio", "wall", $3)
  figure("ratio", "cpu", $5)
  figure("ratio", "peak", $7)
  next
}

match($0, / wall +[0-9.]+ ms   cpu +[0-9.]+ s   peak +[0-9.]+ KiB/) {
  split(substr($0, RSTART), words, " ")
  row = trimmed(substr($0, 1, RSTART - 1))
  figure(row, "wall_ms", words[2])
  figure(row, "cpu_s", words[5])
  figure(row, "peak_kib", words[8])
  next
}

# A row with one value behind its label, and perhaps a unit.
match($0, /  +[0-9][0-9.,]*( [^ ]+)?$/) {
  split(substr($0, RSTART), words, " ")
  gsub(/,/, "", words[1])
  figure(trimmed(substr($0, 1, RSTART - 1)), words[2] == "" ? "value" : words[2], words[1])
  next
}

# A row with several values, as it is.
match($0, /^  [^ (].*[^ ]  +[^ ].*[0-9]/) {
  split($0, words, /   +/)
  label = trimmed(words[1])
  if (label == "") label = trimmed(words[2])
  figure(label, "text", field(trimmed(substr($0, index($0, label) + length(label)))))
}
