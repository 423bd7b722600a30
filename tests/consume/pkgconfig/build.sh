#!/bin/sh
# The plainest consumer: one compiler call with what pkg-config says.
# usage: CXX=... build.sh MAIN.cpp OUTPUT
set -eu
# shellcheck disable=SC2046,SC2086 # both are lists of words
exec ${CXX:-c++} -std=c++20 -Wall -Wextra "$1" -o "$2" \
  $(pkg-config --cflags --libs vigil)
