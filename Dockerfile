# For instructors on macOS and Windows: Linux with bubblewrap, and the course's environment in it.
# README.md says how to build and run it; the flags there are what bubblewrap needs inside a container.
FROM python:3.12-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap git make \
    && rm -rf /var/lib/apt/lists/*

# Outside the folder of the course, which the host's own copy covers when the container runs. `make` reads MAKEFLAGS.
ENV MAKEFLAGS=VENV=/opt/course PATH=/opt/course/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /course
COPY . .
RUN make /opt/course/lab TORCH=cpu

EXPOSE 8888
CMD ["jupyter", "lab", "--allow-root", "--no-browser", "--ip=0.0.0.0"]
