# shellcheck shell=bash
# A real language-model engine in a folder of its own, on loopback only: llama.cpp's `llama-server` with two models of
# random weights. Source this file; needs python3 with venv, a C++ compiler and curl.

# The source comes with llama-cpp-python's own on PyPI; the tools to build it come from there, too.
engine_release=llama_cpp_python-0.3.36
engine_digest=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e
engine_tools=(cmake==4.4.4 ninja==1.13.2 scikit-build-core==1.1.2)

# engine_build FOLDER: FOLDER/llama-server; about 250 seconds of two cores, and 400 MB of disk meanwhile.
engine_build() {
  local folder=$1 work=$1/build jobs=${FARFIELD_ENGINE_JOBS:-$(nproc)}
  mkdir -p "$work" || return 1
  {
    python3 -m venv "$work/tools" &&
      "$work/tools/bin/pip" install --quiet "${engine_tools[@]}" &&
      PATH=$work/tools/bin:$PATH "$work/tools/bin/pip" download --quiet --no-deps --no-build-isolation \
        --no-binary llama-cpp-python --dest "$work" "llama-cpp-python==${engine_release#*-}" &&
      echo "$engine_digest  $work/$engine_release.tar.gz" | sha256sum --check --quiet &&
      tar --extract --gzip --file "$work/$engine_release.tar.gz" --directory "$work" &&
      PATH=$work/tools/bin:$PATH cmake -G Ninja -S "$work/$engine_release/vendor/llama.cpp" -B "$work/out" \
        -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
        -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_UI=OFF \
        -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF &&
      nice -n 10 "$work/tools/bin/ninja" -C "$work/out" -j "$jobs" llama-server
  } >"$folder/build.log" 2>&1 || { echo "the engine was not built; see the end of $folder/build.log" >&2; return 1; }
  strip -o "$folder/llama-server" "$work/out/bin/llama-server" && rm -rf "$work"
}

# engine_start FOLDER PROFILE PORT MAKER: writes the model, starts its server, and waits until it answers.
engine_start() {
  local folder=$1 profile=$2 port=$3 maker=$4 model=$1/$2.gguf
  engine_process "$folder" "$profile" >/dev/null && return 0
  python3 "$maker" "$model" --profile "$profile" || return 1
  # The prompt is read letter by letter, so the context is large; the model is so small that this costs nothing.
  nohup "$folder/llama-server" --model "$model" --alias "$profile" --host 127.0.0.1 --port "$port" \
    --ctx-size 131072 --parallel 4 --threads 1 --no-ui >"$folder/$profile.log" 2>&1 </dev/null &
  echo $! >"$folder/$profile.pid"
  curl --silent --fail --noproxy '*' --max-time 20 --retry 60 --retry-delay 1 --retry-all-errors --output /dev/null \
    "http://127.0.0.1:$port/health" && engine_process "$folder" "$profile" >/dev/null && return 0
  echo "the engine did not start; see the end of $folder/$profile.log" >&2
  return 1
}

# The number of the server that runs there with that model; fails when there is none.
engine_process() {
  local folder=$1 profile=$2 number
  number=$(cat "$folder/$profile.pid" 2>/dev/null) || return 1
  # A number is used again: only a process that names this model is ours.
  tr '\0' ' ' <"/proc/$number/cmdline" 2>/dev/null | grep -qF "$folder/$profile.gguf" || return 1
  echo "$number"
}

# engine_stop FOLDER PROFILE
engine_stop() {
  local number
  if number=$(engine_process "$1" "$2"); then kill "$number"; fi
  rm -f "$1/$2.pid"
}
