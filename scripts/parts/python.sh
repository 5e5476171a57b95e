# Makes .venv and installs the lock into it: wheels, each with its hash. One small library of the sign-in engine is
# published as source alone; its hash is held too.

readonly FROM_SOURCE=flask-principal

readonly MEGABYTES_NEEDED=3000

find_python() {
    local name
    for name in ${CADASTRE_PYTHON:-} python3.11 python3.12 python3.13 python3; do
        "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue
        command -v "$name"
        return
    done
    return 1
}

ensure_python() {
    local python stamp=.venv/installed
    python=$(find_python) || die \
        "Il faut Python 3.11, 3.12 ou 3.13 ; aucun n'est sur cette machine (CADASTRE_PYTHON peut en désigner un)." \
        "Python 3.11, 3.12 or 3.13 is needed; none is on this machine (CADASTRE_PYTHON may name one)."
    local wanted
    wanted=$(cat requirements.lock setup.cfg pyproject.toml scripts/parts/python.sh | sha256sum)
    wanted="$wanted $PWD"
    [ -x .venv/bin/python ] && [ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && return
    refuse_full_disk
    ensure_venv_module "$python"
    make_venv "$python"
    rm -f $stamp
    step "Installation des bibliothèques Python (quelques minutes)" \
        "Installing the Python libraries (a few minutes)" install_lock \
        || explain "Les bibliothèques Python ne se sont pas installées" \
            "The Python libraries could not be installed"
    printf '%s' "$wanted" >$stamp
}

refuse_full_disk() {
    local free
    free=$(df -Pm . | awk 'NR == 2 { print $4 }')
    [ -d .venv ] || [ "$free" -ge "$MEGABYTES_NEEDED" ] || die \
        "Il reste $free Mo sur le disque ; l'installation en demande $MEGABYTES_NEEDED." \
        "$free MB are left on the disk; the set-up needs $MEGABYTES_NEEDED."
}

ensure_venv_module() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    is_root_on_debian || die \
        "Il manque le module venv de Python : demandez « apt-get install python3-venv »." \
        "Python's venv module is missing: ask for \"apt-get install python3-venv\"."
    step "Installation de python3-venv" "Installing python3-venv" apt_install python3-venv \
        || explain "python3-venv ne s'est pas installé" "python3-venv could not be installed"
}

# A folder left by a kill, or by another release of Python, is made anew.
make_venv() {
    .venv/bin/python -m pip --version >/dev/null 2>&1 && .venv/bin/python -c \
        'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' && return
    step "Création de l'environnement Python" "Making the Python environment" \
        "$1" -m venv --clear .venv \
        || explain "L'environnement Python n'a pas pu être créé" "The Python environment could not be made"
}

install_lock() {
    local options=(--quiet --no-input --disable-pip-version-check --progress-bar off)
    .venv/bin/python -m pip install "${options[@]}" --require-hashes --only-binary=:all: \
        --no-binary="$FROM_SOURCE" -r requirements.lock &&
        .venv/bin/python -m pip install "${options[@]}" --no-deps --no-index --no-build-isolation -e .
}
