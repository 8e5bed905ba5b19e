# The product alone: no compiler, no tests, no demo, no secret, no root.

FROM python:3.13.9-slim-trixie AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.8 && python -m venv --without-pip /venv
COPY requirements/production.txt /production.txt
RUN uv pip sync --no-cache --require-hashes --python /venv/bin/python /production.txt
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH EVENHAND_STATIC_ROOT=/app/staticfiles
# Gathering files needs settings, and settings need a key: one that exists for this command only.
RUN EVENHAND_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_hex(32))')" \
    python manage.py collectstatic --noinput --verbosity 0 && python -m compileall -q .

FROM python:3.13.9-slim-trixie
# Letters are drawn with Pango.
RUN apt-get update -qq \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --home-dir /state --shell /usr/sbin/nologin evenhand \
    && install --directory --owner evenhand --group evenhand --mode 0700 /state
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    EVENHAND_STATE=/state \
    EVENHAND_STATIC_ROOT=/app/staticfiles \
    XDG_CACHE_HOME=/tmp
WORKDIR /app
USER 10001:10001
VOLUME /state
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "config.server.WholeRequests", \
     "--workers", "2", "--threads", "4", "--no-control-socket", "--logger-class", "config.server.Log"]
