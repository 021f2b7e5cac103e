# Three stages: the front-end packages, everything that is built or collected, and what runs.
# Versions of packages are those of the lock files; nothing is resolved here.

FROM node:24-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/scriptorium
ENV PATH=/opt/scriptorium/bin:$PATH
WORKDIR /app
COPY requirements/server.txt requirements/server.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/server.txt
COPY . .
COPY --from=assets /app/node_modules node_modules
RUN python -c "from config.setup_assets import copy; copy()" \
 && rm -rf node_modules \
 # The secret signs nothing: collecting files needs settings, and settings need one. It is not in the image.
 && SECRET_KEY=only-while-static-files-are-collected SCRIPTORIUM_DATA=/tmp/data python manage.py collectstatic --no-input \
 && rm -rf build /tmp/data \
 && python -m compileall -q annotate config review workspace

FROM python:3.13-slim
RUN groupadd --system --gid 10001 scriptorium \
 && useradd --system --uid 10001 --gid scriptorium --no-create-home --shell /usr/sbin/nologin scriptorium \
 && install --directory --owner=scriptorium --group=scriptorium --mode=0700 /data
COPY --from=build /opt/scriptorium /opt/scriptorium
COPY --from=build /app /app
ENV PATH=/opt/scriptorium/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SCRIPTORIUM_ENV=production \
    SCRIPTORIUM_DATA=/data
WORKDIR /app
VOLUME /data
USER scriptorium
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "-k", "gthread", "--threads", "4", "--preload", \
     "--no-control-socket", "--graceful-timeout", "5", "--log-level", "warning", "--bind", "0.0.0.0:8000"]
