# The image of the commands. Build the jars first: mvn package -DskipTests; then: docker build -t taskqueue:local .
ARG BASE=eclipse-temurin:17-jre
FROM ${BASE}
COPY streams-app/target/lib /opt/taskqueue/lib
COPY streams-app/target/taskqueue-streams-app-*.jar /opt/taskqueue/lib/
COPY examples/mirror-tasks.ndjson /opt/taskqueue/examples/
RUN mkdir -p /var/lib/taskqueue && chown 1000:1000 /var/lib/taskqueue
USER 1000:1000
VOLUME /var/lib/taskqueue
# where a dispatcher leaves events that Kafka has not acknowledged
WORKDIR /var/lib/taskqueue
# Nothing else is written but /tmp, into which libraries unpack their native parts. For a read-only root file system, mount a tmpfs there
# that allows execution: docker run --read-only --tmpfs /tmp:exec,size=128m
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=60", "-cp", "/opt/taskqueue/lib/*", "io.taskqueue.cli.TaskQueueCommand"]
CMD ["--help"]
