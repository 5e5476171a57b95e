# Speaks to the person at the terminal: progress of long steps, and one sentence for what failed.

readonly LOG="${CADASTRE_HOME:-var}/log/setup.log"

# die FRENCH ENGLISH: end with one sentence in both languages.
die() {
    printf '%s\n%s\n' "$1" "$2" >&2
    exit 4
}

note() {
    printf '%s / %s\n' "$1" "$2" >&2
}

# step FRENCH ENGLISH COMMAND...: run a long command, its words in the log, elapsed seconds shown.
step() {
    local label="$1 / $2" start=$SECONDS shown=0 child code=0
    shift 2
    printf '== %s\n' "$label" >>"$LOG"
    printf '%s …\n' "$label" >&2
    set -m # a process group of its own, so that stopping us stops all of it
    "$@" >>"$LOG" 2>&1 </dev/null &
    child=$!
    set +m
    trap 'kill -- -"$child" 2>/dev/null; exit 143' TERM
    trap 'kill -- -"$child" 2>/dev/null; exit 130' INT
    while kill -0 "$child" 2>/dev/null; do
        sleep 0.2
        if ((SECONDS - start >= shown + 5)); then
            shown=$((SECONDS - start))
            printf '  … %d s\n' "$shown" >&2
        fi
    done
    wait "$child" || code=$?
    trap - TERM INT
    return "$code"
}

# explain FRENCH ENGLISH: die with the reason that the log's end shows, else with these words.
explain() {
    local end
    end=$(awk '/^== / { words = "" } { words = words "\n" $0 } END { print words }' "$LOG")
    case "$end" in
        *"No space left on device"*)
            die "Le disque est plein : libérez de la place, puis relancez." \
                "The disk is full: free some room, then start again." ;;
        *"name resolution"* | *"failure resolving"* | *"Could not resolve"* | *ENOTFOUND* \
            | *EAI_AGAIN* | *"Network is unreachable"* | *"Connection refused"* | *ECONNREFUSED* \
            | *"Could not connect"* | *"Unable to connect"* | *"Failed to establish"*)
            die "Réseau injoignable pendant l'installation : vérifiez la connexion, puis relancez ($LOG)." \
                "No network during set-up: check the connection, then start again ($LOG)." ;;
        *"DO NOT MATCH THE HASHES"*)
            die "Un paquet reçu n'est pas celui du verrou (empreinte différente) : rien n'est installé ($LOG)." \
                "A package received is not the one in the lock (other hash): nothing was installed ($LOG)." ;;
    esac
    die "$1 ($LOG)" "$2 ($LOG)"
}
