# Installs what comes from the system's packages: only when missing, and only as root.

has_postgis() {
    local bin version share
    for bin in /usr/lib/postgresql/*/bin $(pg_config --bindir 2>/dev/null || true); do
        [ -x "$bin/initdb" ] || continue
        version=$(basename "$(dirname "$bin")")
        share=$("$bin/pg_config" --sharedir 2>/dev/null || true)
        [ -e "/usr/share/postgresql/$version/extension/postgis.control" ] && return 0
        [ -n "$share" ] && [ -e "$share/extension/postgis.control" ] && return 0
    done
    return 1
}

has_library() {
    PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q "$1"
}

is_root_on_debian() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

refresh_lists() {
    apt-get update -q
}

# apt_install PACKAGE...: install, refreshing the lists first where there are none or they are old.
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    local options=(-y -q --no-install-recommends -o Dpkg::Options::=--force-confold)
    compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null || refresh_lists || return
    apt-get install "${options[@]}" "$@" && return
    refresh_lists && apt-get install "${options[@]}" "$@"
}

postgis_package() {
    local name
    name=$(apt-cache pkgnames postgresql- | grep -E '^postgresql-[0-9]+-postgis-3$' | sort -V | tail -n 1)
    echo "${name:-postgresql-15-postgis-3}"
}

# Debian would start a server of its own beside ours; ours is the only one wanted.
apt_install_postgis() {
    local conf=/etc/postgresql-common/createcluster.d/cadastre.conf
    compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null || refresh_lists || return
    mkdir -p "${conf%/*}" && echo 'create_main_cluster = false' >"$conf"
    apt_install "$(postgis_package)"
    local code=$?
    rm -f "$conf"
    return "$code"
}

ensure_postgis() {
    [ -n "${CADASTRE_DATABASE_URL:-}" ] && return
    has_postgis && return
    is_root_on_debian || die \
        "PostgreSQL avec PostGIS est introuvable : demandez à l'administrateur « apt-get install postgresql-15-postgis-3 », ou donnez CADASTRE_DATABASE_URL." \
        "PostgreSQL with PostGIS is missing: ask the administrator for \"apt-get install postgresql-15-postgis-3\", or give CADASTRE_DATABASE_URL."
    step "Installation de PostgreSQL et PostGIS" "Installing PostgreSQL and PostGIS" apt_install_postgis \
        || explain "PostGIS ne s'est pas installé" "PostGIS could not be installed"
}

# PDF receipts are laid out by Pango.
ensure_printing() {
    has_library libpango-1.0.so.0 && has_library libpangoft2-1.0.so.0 \
        && has_library libharfbuzz-subset.so.0 && has_font && return
    if ! is_root_on_debian; then
        note "Attention : Pango manque, les récépissés PDF ne seront pas produits" \
            "Warning: Pango is missing, PDF receipts will not be made"
        return
    fi
    step "Installation de la mise en page PDF" "Installing the PDF layout" \
        apt_install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
        || explain "Pango ne s'est pas installé" "Pango could not be installed"
}

# Scans of old acts are read by tesseract; without it their fields are typed from the picture.
ensure_reading() {
    command -v tesseract >/dev/null && tesseract --list-langs 2>/dev/null | grep -qx fra && return
    if ! is_root_on_debian; then
        note "Sans tesseract-ocr et tesseract-ocr-fra, les numérisations d'actes ne sont pas lues" \
            "Without tesseract-ocr and tesseract-ocr-fra, scans of acts are not read"
        return
    fi
    step "Installation de la lecture des numérisations" "Installing the reading of scans" \
        apt_install tesseract-ocr tesseract-ocr-fra \
        || note "tesseract ne s'est pas installé : les numérisations d'actes ne seront pas lues" \
            "tesseract could not be installed: scans of acts will not be read"
}

has_font() {
    compgen -G '/usr/share/fonts/*/*' >/dev/null
}

# The judges of the tests: a real browser, and GDAL's own tools for what is exported.
ensure_test_tools() {
    local missing=()
    command -v chromium >/dev/null || missing+=(chromium)
    command -v ogrinfo >/dev/null || missing+=(gdal-bin)
    command -v git >/dev/null || missing+=(git)
    [ ${#missing[@]} = 0 ] && return
    if ! is_root_on_debian; then
        note "Sans ${missing[*]}, les tests qui en ont besoin sont passés" \
            "Without ${missing[*]}, the tests that need them are skipped"
        return
    fi
    step "Installation des outils de test" "Installing the tools of the tests" \
        apt_install "${missing[@]}" \
        || explain "Les outils de test ne se sont pas installés" "The test tools could not be installed"
}

# QGIS opens the exports and the services again: 100 MB to fetch, 900 MB installed, about a minute.
ensure_qgis() {
    /usr/bin/python3 -c 'import qgis.core' 2>/dev/null && return
    if ! is_root_on_debian; then
        note "Sans python3-qgis, les tests que QGIS juge sont passés" \
            "Without python3-qgis, the tests that QGIS judges are skipped"
        return
    fi
    step "Installation de QGIS sans écran" "Installing QGIS without a screen" \
        apt_install python3-qgis \
        || note "QGIS ne s'est pas installé : les tests qu'il juge sont passés" \
            "QGIS could not be installed: the tests that it judges are skipped"
}
