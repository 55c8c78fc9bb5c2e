# The image of the commands. Build the jars and the list of their classes first: ./taskqueue --version; then: docker build -t taskqueue:local .
# For several architectures, with docker buildx: docs/releasing.md.
ARG BASE=eclipse-temurin:17-jre
FROM ${BASE}
COPY streams-app/target/lib /opt/taskqueue/lib
COPY streams-app/target/taskqueue-streams-app-*.jar /opt/taskqueue/lib/
COPY target/class-data/classes.list /opt/taskqueue/
COPY examples/mirror-tasks.ndjson /opt/taskqueue/examples/
# an archive of the classes, for the JVM and the class path of this image: a command starts in less time. A JVM that cannot use it ignores it
RUN cd /opt/taskqueue && echo "-cp $(ls /opt/taskqueue/lib/*.jar | tr '\n' ':')" >class-path && \
    java -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile=classes.list -XX:SharedArchiveFile=/opt/taskqueue/classes.jsa @class-path >/dev/null && \
    rm classes.list
RUN mkdir -p /var/lib/taskqueue && chown 1000:1000 /var/lib/taskqueue
USER 1000:1000
VOLUME /var/lib/taskqueue
# where a dispatcher leaves events that Kafka has not acknowledged
WORKDIR /var/lib/taskqueue
# Nothing else is written but /tmp, into which libraries unpack their native parts. For a read-only root file system, mount a tmpfs there
# that allows execution: docker run --read-only --tmpfs /tmp:exec,size=128m
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=60", "-XX:SharedArchiveFile=/opt/taskqueue/classes.jsa", "-Xlog:cds=off", "-Xlog:cds+dynamic=off", "@/opt/taskqueue/class-path", "io.taskqueue.cli.TaskQueueCommand"]
CMD ["--help"]
