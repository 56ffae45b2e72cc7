#!/bin/sh
# What the tests need from the system. Installs it where it may; otherwise the tests that need it skip and say so.
set -u
missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need chromium chromium
need victoria-metrics victoria-metrics
need socat socat
need mbpoll mbpoll
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing="$missing fontconfig fonts-noto-cjk"
ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1' || missing="$missing libatomic1" # the driver of the browser tests needs it
[ -n "$missing" ] || exit 0
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then as_root="sudo -n"; else
        echo "not installed:$missing — the tests that need them will skip (install them with: apt install$missing)"
        exit 0
    fi
fi
command -v apt-get >/dev/null 2>&1 || { echo "not installed:$missing — no apt-get here; the tests that need them will skip"; exit 0; }
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
for package in $missing; do
    $as_root apt-get install -y -qq --no-install-recommends "$package" >/dev/null || echo "could not install $package — the tests that need it will skip"
done
# the tests start their own servers: the packaged ones need not run
if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
    case "$missing" in *victoria-metrics*) $as_root systemctl disable --now victoria-metrics >/dev/null 2>&1 || true ;; esac
    case "$missing" in *postgresql*) $as_root systemctl disable --now postgresql >/dev/null 2>&1 || true ;; esac
fi
