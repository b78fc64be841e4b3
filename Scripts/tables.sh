# Tables of scores for the scripts that validate: sourced, not run.

columns='surface_f1_seen surface_precision recall_seen recall_hidden nsd_1 thickness_ratio gap_precision gap_f1 pq'

# One row of the table from the text of `bilayer evaluate`.
#   row NAME FILE
row() {
  awk -v name="$1" -v columns="$columns" '
    { value[$1] = $2 }
    END {
      count = split(columns, column)
      printf "%-22s", name
      for (i = 1; i <= count; i++) printf " %17s", (column[i] in value) ? value[column[i]] : "-"
      print ""
    }' "$2"
}

heading() {
  echo "$1"
  printf '%-22s' data
  for column in $columns; do printf ' %17s' "$column"; done
  echo
}

# Rows in; the rows, their mean and their standard deviation out.
summary() {
  awk '
    { print; for (i = 2; i <= NF; i++) if ($i != "-") { n[i]++; s[i] += $i; q[i] += $i * $i } fields = NF }
    END {
      printf "%-22s", "mean"
      for (i = 2; i <= fields; i++) if (n[i]) printf " %17.3f", s[i] / n[i]; else printf " %17s", "-"
      printf "\n%-22s", "sd"
      for (i = 2; i <= fields; i++)
        if (n[i] > 1) {
          v = (q[i] - s[i] * s[i] / n[i]) / (n[i] - 1)
          printf " %17.3f", (v > 0 ? sqrt(v) : 0)
        } else printf " %17s", "-"
      print ""
    }'
}
