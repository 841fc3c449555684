# A notebook environment that is ready to use:
#
#   docker build -t axn .
#   docker run -p 8888:8888 axn
#
# and opens the course at the address it prints. To keep your work in a folder, add
# -v "$PWD/work:/home/axn/work" --user "$(id -u):0".

FROM golang:1.26-trixie AS go
WORKDIR /src
COPY go.mod go.sum ./
COPY workbench workbench
COPY kernelspec kernelspec
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/var/cache/go-build \
    export GOCACHE=/var/cache/go-build && \
    go build -trimpath -ldflags="-s -w" -o /opt/venv/bin/axn ./kernelspec && \
    /opt/venv/bin/axn install -prefix /opt/venv && \
    cp kernelspec/docker/start.sh kernelspec/docker/answers /opt/venv/bin/ && \
    install -D -m 644 -t /opt/venv/etc/jupyter kernelspec/docker/jupyter_server_config.json && \
    install -D -m 644 -t /opt/venv/share/jupyter/lab/settings kernelspec/overrides.json && \
    chmod -R u=rwX,go=rX /opt/venv

# JupyterLab without what Python notebooks need, other languages' date formats, a second
# copy of the pages, tests and installers.
FROM debian:trixie-slim AS lab
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates python3-venv
COPY kernelspec/requirements.txt /
ARG EXTRA=""
RUN python3 -m venv /opt/venv && \
    grep -vE '^(ipykernel|ipython|ipython_pygments_lexers|debugpy|jedi|parso|asttokens|executing|pure_eval|stack-data|matplotlib-inline|prompt_toolkit|wcwidth|pexpect|nest-asyncio2|comm|psutil)==' /requirements.txt > /wanted.txt && \
    /opt/venv/bin/pip install --no-cache-dir --no-compile --no-deps -r /wanted.txt && \
    if [ -n "$EXTRA" ]; then /opt/venv/bin/pip install --no-cache-dir --no-compile $EXTRA; fi && \
    /opt/venv/bin/pip uninstall -y pip && \
    cd /opt/venv/lib/python3*/site-packages && \
    find babel/locale-data -name '*.dat' ! -name root.dat ! -name 'en*.dat' -delete && \
    rm -rf jupyterlab/static jupyterlab/galata jupyter_builder/yarn.js && \
    find . -type d \( -name tests -o -name __pycache__ \) -prune -exec rm -rf {} +

FROM debian:trixie-slim
RUN apt-get update && \
    apt-get install -y --no-install-recommends -o 'DPkg::Options::=--path-exclude=/usr/share/wordnet/index.*' \
        ca-certificates python3 wordnet-base && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* && \
    find /usr/lib/python3* -name __pycache__ -prune -exec rm -rf {} + && \
    useradd --uid 1000 --gid 0 --create-home --shell /bin/bash axn && \
    install -d -o axn -g 0 -m 775 /home/axn /home/axn/work
COPY data/README.md /opt/axn/data/
COPY data/models /opt/axn/data/models
COPY data/verbs /opt/axn/data/verbs
COPY --from=lab /opt/venv /opt/venv
COPY --from=go /opt/venv /opt/venv
COPY LICENSE /opt/axn/
COPY notebooks /opt/axn/notebooks
ENV PATH=/opt/venv/bin:$PATH HOME=/home/axn USER=axn WORK=/home/axn/work LANG=C.UTF-8 \
    AXN_KERNEL=/opt/venv/share/jupyter/kernels/axn/axn-kernel PYTHONDONTWRITEBYTECODE=1
USER 1000
WORKDIR /home/axn/work
EXPOSE 8888
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["answers", "0"]
ENTRYPOINT ["start.sh"]
