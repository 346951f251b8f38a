# Build: packages by hash, texts compiled, static files collected. Run: nothing but that, not as root.
FROM python:3.13-slim AS build
ENV PATH=/opt/desk/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/desk
COPY requirements.txt .
RUN pip install --require-hashes --no-deps -r requirements.txt
WORKDIR /srv/desk
COPY . .
RUN python tools/texts.py compile \
 && SECRET_KEY=of-the-build-alone python manage.py collectstatic --noinput --verbosity=0 \
 && python -m compileall -q requests_desk sla notifications

FROM python:3.13-slim
ENV PATH=/opt/desk/bin:$PATH PYTHONUNBUFFERED=1 DESK_DATA=/data BIND=0.0.0.0 PORT=8000
RUN useradd --system --uid 10001 --no-create-home desk && install -d -o desk -g desk -m 700 /data
COPY --from=build /opt/desk /opt/desk
COPY --from=build /srv/desk /srv/desk
WORKDIR /srv/desk
USER desk
EXPOSE 8000
CMD ["gunicorn", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=8", "--preload", \
     "--timeout=60", "--graceful-timeout=20", "--max-requests=5000", "--max-requests-jitter=500", \
     "--worker-tmp-dir=/dev/shm", "--no-control-socket", "requests_desk.wsgi:application"]
