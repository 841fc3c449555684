# A notebook environment that is ready to use:
#
#   docker build -t axn .
#   docker run -p 8888:8888 axn
#
# and opens the course at the address it prints. To keep your work in a folder, add
# -v "$PWD/work:/home/axn/work" --user "$(id -u):0".
#
# The search server alone, over the verbs of WordNet until it is given other files, is a target:
#
#   docker build --target serve -t axn-serve .
#   docker run -p 8080:8080 axn-serve

FROM golang:1.26-trixie AS go
WORKDIR /src
COPY go.mod go.sum ./
COPY workbench workbench
COPY kernelspec kernelspec
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/var/cache/go-build \
    export CGO_ENABLED=0 GOCACHE=/var/cache/go-build && \
    go build -trimpath -ldflags="-s -w" -o /opt/venv/bin/axn ./kernelspec && \
    /opt/venv/bin/axn install -prefix /opt/venv && \
    cp kernelspec/docker/start.sh kernelspec/docker/answers /opt/venv/bin/ && \
    install -D -m 644 -t /opt/venv/etc/jupyter kernelspec/docker/jupyter_server_config.json && \
    install -D -m 644 -t /opt/venv/share/jupyter/lab/settings kernelspec/overrides.json && \
    mkdir /docs && find workbench -name '*.md' -o -name '*.svg' | xargs cp --parents -t /docs && \
    chmod -R u=rwX,go=rX /opt/venv /docs

FROM go AS server
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/var/cache/go-build \
    CGO_ENABLED=0 GOCACHE=/var/cache/go-build go build -trimpath -ldflags="-s -w" -o /serve ./workbench/serve

# JupyterLab without what Python notebooks need, other languages' date formats, a second
# copy of the pages, fonts for browsers of old, source maps, tests and installers.
FROM debian:trixie-slim AS lab
RUN apt-get update && apt-get install -y --no-install-recommends binutils ca-certificates python3-venv
COPY kernelspec/requirements.txt /
ARG EXTRA=""
RUN python3 -m venv /opt/venv && \
    grep -vE '^(ipykernel|ipython|ipython_pygments_lexers|debugpy|jedi|parso|asttokens|executing|pure_eval|stack-data|matplotlib-inline|prompt_toolkit|wcwidth|pexpect|nest-asyncio2|comm|psutil|tzdata)==' /requirements.txt > /wanted.txt && \
    /opt/venv/bin/pip install --no-cache-dir --no-compile --no-deps -r /wanted.txt && \
    if [ -n "$EXTRA" ]; then /opt/venv/bin/pip install --no-cache-dir --no-compile $EXTRA; fi && \
    /opt/venv/bin/pip uninstall -y pip && \
    cd /opt/venv/lib/python3*/site-packages && \
    find babel/locale-data -name '*.dat' ! -name root.dat ! -name 'en*.dat' -delete && \
    rm -rf jupyterlab/static jupyterlab/galata jupyterlab/staging/yarn.lock jupyter_builder/yarn.js && \
    find . -type d \( -name tests -o -name test -o -name __pycache__ -o -name sboms \) -prune -exec rm -rf {} + && \
    find . -name '*.map' -delete && \
    find . -name '*.so' -exec strip --strip-unneeded {} + && \
    find /opt/venv/share/jupyter/lab/static \( -name '*.eot' -o -name '*.ttf' -o -name '*.svg' -size +100k \) -delete

# Debian with Python, a certificate store and WordNet, and then without what installs and
# administers Debian: nothing is added to this image later. PACKAGES are wanted besides.
FROM debian:trixie-slim AS system
ARG PACKAGES=""
RUN apt-get update && \
    apt-get install -y --no-install-recommends -o 'DPkg::Options::=--path-exclude=/usr/share/wordnet/*' \
        -o 'DPkg::Options::=--path-include=/usr/share/wordnet/data.*' -o 'DPkg::Options::=--path-include=/usr/share/wordnet/*.exc' \
        ca-certificates python3 wordnet-base $PACKAGES && \
    useradd --uid 1000 --gid 0 --create-home --shell /bin/bash axn && \
    install -d -o axn -g 0 -m 775 /home/axn /home/axn/work && \
    dpkg --purge --force-depends --force-remove-essential --force-remove-protected \
        apt libapt-pkg7.0 sqv openssl openssl-provider-legacy mount debian-archive-keyring && \
    dpkg --purge --force-depends --force-remove-essential --force-remove-protected debconf perl-base libdb5.3t64 libsemanage2 libsepol2 && \
    rm -rf /usr/bin/dpkg* /usr/sbin/* /usr/lib/dpkg /usr/share/dpkg /usr/share/perl5 /usr/lib/*-linux-gnu/gconv \
        /usr/lib/*-linux-gnu/libmvec* /usr/lib/*-linux-gnu/engines-3 /usr/share/bash-completion /usr/share/gcc \
        /usr/lib/python3*/test /usr/lib/python3*/pydoc_data /usr/lib/python3*/lib-dynload/_test* \
        /var/lib/dpkg/info /var/lib/dpkg/*-old /var/lib/dpkg/available /var/lib/apt /var/cache/* /var/log/* && \
    find /usr/lib/python3* /usr/share/python3 -name __pycache__ -prune -exec rm -rf {} +

FROM scratch AS serve
COPY --from=system /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=system /usr/share/wordnet /usr/share/wordnet
COPY data/models /data/models
COPY data/verbs /data/verbs
COPY --from=server /serve /
USER 1000
EXPOSE 8080
ENTRYPOINT ["/serve", "-listen", ":8080"]
CMD ["-data", "/data/verbs", "-wordnet", "/usr/share/wordnet", "-cross-encoder", "/data/models/ce-wordnet-L4", "-dual-encoder", "/data/models/de-wordnet-L2"]

FROM scratch
COPY --from=system / /
COPY data/README.md /opt/axn/data/
COPY data/models /opt/axn/data/models
COPY data/verbs /opt/axn/data/verbs
COPY --from=lab /opt/venv /opt/venv
COPY --from=go /opt/venv /opt/venv
COPY --from=go /docs /opt/axn
COPY LICENSE /opt/axn/
COPY notebooks /opt/axn/notebooks
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin HOME=/home/axn USER=axn WORK=/home/axn/work LANG=C.UTF-8 \
    AXN_KERNEL=/opt/venv/share/jupyter/kernels/axn/axn-kernel PYTHONDONTWRITEBYTECODE=1
USER 1000
WORKDIR /home/axn/work
EXPOSE 8888
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["answers", "0"]
ENTRYPOINT ["start.sh"]
