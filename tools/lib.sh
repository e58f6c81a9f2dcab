# What the scripts in tools/ share. Source it; it moves to the root of the checkout.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

cores() { nproc; }

# configure DIRECTORY COMPILER MESON_OPTION...
# Sets a build directory up, or leaves it if it is set up in this way; one that these scripts set up in
# another way is made anew. Changes of meson.build files are ninja's to notice.
configure() {
  local directory=$1 compiler=$2
  shift 2
  if command -v ccache >/dev/null; then compiler="ccache $compiler"; fi
  local wanted="$compiler $*"
  if [[ -f $directory/build.ninja ]]; then
    if [[ ! -f $directory/configured-as || $(<"$directory/configured-as") == "$wanted" ]]; then
      return
    fi
  fi
  rm -rf "$directory"
  mkdir -p "$directory"
  echo "configuring $directory"
  if ! CXX=$compiler meson setup "$directory" "$@" >"$directory.configure.log" 2>&1; then
    tail -n 20 "$directory.configure.log" >&2
    die "meson setup failed; all of it: $directory.configure.log"
  fi
  mv "$directory.configure.log" "$directory/configure.log"
  printf '%s' "$wanted" >"$directory/configured-as"
}

# Of ninja's progress a line now and then; everything else as it is.
thin_out_progress() {
  local line lines=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[[0-9]+/[0-9]+\]\  ]]; then
      lines=$((lines + 1))
      if ((lines % 25 == 0)); then echo "$line"; fi
    elif [[ $line != ninja:\ Entering* && $line != "ninja: no work to do." ]]; then
      printf '%s\n' "$line"
    fi
  done
}

# build DIRECTORY [TARGET...]
build() {
  local directory=$1 status=0
  echo "building $directory"
  if [[ -t 1 ]]; then
    ninja -C "$directory" -j "$(cores)" "${@:2}" || status=$?
  else
    ninja -C "$directory" -j "$(cores)" "${@:2}" </dev/null 2>&1 | thin_out_progress ||
      status=${PIPESTATUS[0]}
  fi
  [[ $status -eq 0 ]] || die "the build in $directory failed; the messages are above"
}

# configure_as KIND: sets build/KIND up for one of the ways in which Baton is built.
#
# Sanitizers run unoptimised code: with them, optimising costs more time in the compiler than it saves
# in the tests.
configure_as() {
  case $1 in
    asan)
      configure build/asan g++ --werror -Db_sanitize=address,undefined -Db_lundef=false \
        -Doptimization=0 -Ddebug=false -Dcpp_args=-g1
      ;;
    tsan)
      # GCC warns that it cannot see Asio's fences, which are between threads that Baton does not have.
      configure build/tsan g++ --werror -Db_sanitize=thread -Db_lundef=false -Doptimization=0 \
        -Ddebug=false "-Dcpp_args=['-g1', '-Wno-tsan']"
      ;;
    release)
      configure build/release g++ -Dbuildtype=release -Doptimization=2 -Db_lto=true \
        -Dbenchmarks=true
      ;;
    sim)
      # For the simulator: fast, with every check of ours and of the library's.
      configure build/sim g++ --werror -Dbenchmarks=false -Dbuildtype=debugoptimized \
        -Doptimization=2 -Ddebug=false "-Dcpp_args=['-g1', '-D_GLIBCXX_ASSERTIONS']"
      ;;
    coverage)
      configure build/coverage g++ -Db_coverage=true -Dbenchmarks=false -Doptimization=0 -Ddebug=true
      ;;
    fuzz)
      configure build/fuzz clang++-14 --werror -Dfuzz=true -Dbenchmarks=false \
        -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 -Ddebug=false \
        -Dcpp_args=-gline-tables-only
      ;;
    *) die "no such kind of build: $1" ;;
  esac
}

# Checkouts in different places share what ccache has.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}
