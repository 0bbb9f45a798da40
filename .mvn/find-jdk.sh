# Finds a JDK 25 or newer and exports it as JAVA_HOME. Sourced by ./mvnw and ./cinnabar; POSIX sh.
#
# JAVA_HOME wins if it is new enough; then java on the PATH; then the places where systems and version managers put JDKs.
# The version is read from the JDK's own `release` file, so no Java is started to find it.

cinnabar_jdk_wanted=25

# True if there is a JDK in directory $1 that is new enough. Starts no process: most of the time of a search would be theirs.
cinnabar_is_jdk() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r cinnabar_line; do
        case $cinnabar_line in
            JAVA_VERSION=\"[0-9]*)
                cinnabar_release=${cinnabar_line#JAVA_VERSION=\"}
                cinnabar_release=${cinnabar_release%%[!0-9]*}
                [ "$cinnabar_release" -ge "$cinnabar_jdk_wanted" ]
                return
                ;;
        esac
    done <"$1/release"
    return 1
}

cinnabar_find_jdk() {
    if [ -n "${JAVA_HOME:-}" ] && cinnabar_is_jdk "$JAVA_HOME"; then
        export JAVA_HOME
        return 0
    fi

    cinnabar_java=$(command -v java 2>/dev/null || true)
    # Follow links by hand: `readlink -f` is not everywhere.
    while [ -n "$cinnabar_java" ] && [ -h "$cinnabar_java" ]; do
        cinnabar_link=$(readlink "$cinnabar_java")
        case $cinnabar_link in
            /*) cinnabar_java=$cinnabar_link ;;
            *) cinnabar_java=${cinnabar_java%/*}/$cinnabar_link ;;
        esac
    done
    cinnabar_on_path=
    case $cinnabar_java in
        */bin/*) cinnabar_on_path=${cinnabar_java%/bin/*} ;;
    esac

    for cinnabar_jdk in \
        "$cinnabar_on_path" \
        "${JAVA_HOME_25_X64:-}" "${JAVA_HOME_25_ARM64:-}" "${JAVA25_HOME:-}" \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /opt/java/* /opt/jdk* /opt/java* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.gradle/jdks/* "$HOME"/.jbang/cache/jdks/* \
        "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* "$HOME"/.jabba/jdk/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home
    do
        if cinnabar_is_jdk "$cinnabar_jdk"; then
            JAVA_HOME=$cinnabar_jdk
            export JAVA_HOME
            return 0
        fi
    done

    cat >&2 <<END
Cinnabar needs a JDK $cinnabar_jdk_wanted or newer, and none was found
(JAVA_HOME, the PATH, /usr/lib/jvm, SDKMAN, Homebrew and the like were searched).
Install one, for example Eclipse Temurin from https://adoptium.net, or with SDKMAN:

    sdk install java 25-tem

and, if it is in an unusual place, set JAVA_HOME to its directory.
END
    return 1
}

cinnabar_find_jdk || exit 1
