# Draws lib/LAYERS: the highest layer first, each module with those that it uses directly. What a module
# may use through another is not repeated; base is open to all.
/^#/ || NF == 0 { next }
{
  module = substr($1, 1, length($1) - 1)
  order[++count] = module
  layer[module] = module == "base" ? 0 : 1
  for (i = 2; i <= NF; i++) {
    uses[module, $i] = 1
    if (layer[$i] >= layer[module]) layer[module] = layer[$i] + 1
  }
  if (layer[module] > top) top = layer[module]
}
function is_indirect(module, used, i) {
  for (i = 1; i <= count; i++)
    if ((module, order[i]) in uses && (order[i], used) in uses) return 1
  return 0
}
END {
  for (l = top; l >= 0; l--) {
    number = l
    for (i = 1; i <= count; i++) {
      module = order[i]
      if (layer[module] != l) continue
      line = ""
      for (j = 1; j <= count; j++)
        if ((module, order[j]) in uses && !is_indirect(module, order[j])) line = line " " order[j]
      row = sprintf("%3s  %-10s%s", number, module, line == "" ? "" : " >" line)
      sub(/ +$/, "", row)
      print row
      number = ""
    }
  }
}
