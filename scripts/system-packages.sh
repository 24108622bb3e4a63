#!/bin/sh
# Installs the Debian packages that the tests drive (Chromium, PostgreSQL with PostGIS, a Java runtime for Spark),
# where that is possible; says what is missing where not.
# It never fails: tests that need a missing package are skipped with a reason.
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || missing="$missing postgresql-15-postgis-3"
command -v java >/dev/null 2>&1 || missing="$missing openjdk-17-jre-headless"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$missing"
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
fi
echo "not installed:$missing; some tests will be skipped. To run them: apt-get install$missing"
