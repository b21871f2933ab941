# shellcheck shell=bash
# Starting and stopping a gateway in the background. Needs FARFIELD_HOME and FARFIELD_URL.

gateway_answers() { curl -fsS -o /dev/null --max-time 2 "$FARFIELD_URL/health/live" 2>/dev/null; }

# Whether the process of our pid file is a gateway.
gateway_runs() {
  local pid
  pid=$(cat "$FARFIELD_HOME/gateway.pid" 2>/dev/null) || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = farfield ]
}

# gateway_up BINARY: starts it unless this very binary runs already, and waits until it answers.
gateway_up() {
  local binary=$1 tries=0
  mkdir -p "$FARFIELD_HOME" && chmod 700 "$FARFIELD_HOME"
  if gateway_runs; then
    if [ "$(readlink "/proc/$(cat "$FARFIELD_HOME/gateway.pid")/exe")" = "$(readlink -f "$binary")" ] \
      && [ "$FARFIELD_HOME/gateway.pid" -nt "$binary" ] && gateway_answers; then
      return 0
    fi
    gateway_down
  elif gateway_answers; then
    echo "something else answers at $FARFIELD_URL: stop it, or set FARFIELD_LISTEN and FARFIELD_URL" >&2
    return 1
  fi
  setsid "$binary" serve </dev/null >>"$FARFIELD_HOME/gateway.log" 2>&1 &
  echo $! >"$FARFIELD_HOME/gateway.pid"
  until gateway_answers; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! gateway_runs; then
      echo "the gateway did not start; the end of $FARFIELD_HOME/gateway.log:" >&2
      tail -n 15 "$FARFIELD_HOME/gateway.log" >&2
      return 1
    fi
    sleep 0.1
  done
}

gateway_down() {
  local pid
  gateway_runs || return 0
  pid=$(cat "$FARFIELD_HOME/gateway.pid")
  kill "$pid"
  while [ -d "/proc/$pid" ]; do sleep 0.1; done
  rm -f "$FARFIELD_HOME/gateway.pid"
}
