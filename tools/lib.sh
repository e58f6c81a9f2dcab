# What the scripts in tools/ share. Source it; it moves to the root of the checkout.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

jobs() { nproc; }

# configure DIRECTORY COMPILER MESON_OPTION...
# Sets a build directory up, or leaves it if it is set up in exactly this way; anything else there is
# replaced. Changes of meson.build files are ninja's to notice.
configure() {
  local directory=$1 compiler=$2
  shift 2
  if command -v ccache >/dev/null; then compiler="ccache $compiler"; fi
  local wanted="$compiler $*"
  if [[ -f $directory/build.ninja && -f $directory/configured-as ]] &&
    [[ $(<"$directory/configured-as") == "$wanted" ]]; then
    return
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

# build DIRECTORY [TARGET...]
# On a terminal ninja shows its own progress; elsewhere a line now and then.
build() {
  local directory=$1 status=0
  echo "building $directory"
  if [[ -t 1 ]]; then
    ninja -C "$directory" -j "$(jobs)" "${@:2}" || status=$?
  else
    ninja -C "$directory" -j "$(jobs)" "${@:2}" </dev/null 2>&1 |
      awk '/^\[[0-9]+\/[0-9]+\]/ { if (++lines % 25 == 0) print; next }
           /^ninja: (Entering|no work)/ { next } { print } { fflush() }' || status=${PIPESTATUS[0]}
  fi
  [[ $status -eq 0 ]] || die "the build in $directory failed; the messages are above"
}

# The options of `meson setup` for a sanitizer: asan, tsan or none.
sanitizer_options() {
  case $1 in
    asan) echo -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 -Ddebug=true ;;
    tsan) echo -Db_sanitize=thread -Db_lundef=false -Doptimization=1 -Ddebug=true ;;
    none) echo -Dbuildtype=debugoptimized ;;
    *) die "no such sanitizer: $1 (asan, tsan or none)" ;;
  esac
}

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}
