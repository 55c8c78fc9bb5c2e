package io.taskqueue.console.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.http.AccessControl;
import io.taskqueue.http.HealthEndpoint;
import io.taskqueue.http.HttpServer;
import io.taskqueue.http.MetricsEndpoint;
import io.taskqueue.http.StreamClients;
import io.taskqueue.queue.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All paths of the console. Thread-safe. */
public final class ConsoleApi implements AutoCloseable {

    /** Paths that may wait for Kafka, and how many requests for each are served together. */
    public static final Map<String, Integer> SERVED_TOGETHER =
            Map.of(Paths.TASK, 4, Paths.PARKED, 4, Paths.EXPORT, 2, Paths.PLAN, 4, Paths.READY, 4, Paths.METRICS, 4);

    /** Paths that accept POST. */
    public static final Set<String> POSTED = Set.of(Paths.PARKED);

    /** What a browser may load: what this server sends, and nothing written within a page. */
    public static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'";

    private final QueueIndex queues;
    private final SinkIndex sinks;
    private final ConsoleSettings settings;
    private final AccessControl access;
    private final QueueOverview overview;
    private final EventsEndpoint events;

    /** The paths below {@code /api/v1}, and those of health and meters. */
    private static final class Paths {
        private static final String API = "/api/v1/";
        private static final String TASK = API + "task";
        private static final String PARKED = API + "parked";
        private static final String EXPORT = PARKED + "/export";
        private static final String PLAN = API + "replay-plan";
        private static final String READY = "/health/ready";
        private static final String METRICS = "/metrics";
    }

    /** Follows the events of the index from now on. */
    public ConsoleApi(
            QueueIndex queues,
            SinkIndex sinks,
            ConsoleSettings settings,
            AccessControl access,
            StreamClients clients,
            Ticker ticker) {
        this.queues = queues;
        this.sinks = sinks;
        this.settings = settings;
        this.access = access;
        this.overview = new QueueOverview(queues, sinks, ticker);
        this.events = new EventsEndpoint(queues, sinks, overview, settings.showPayloads(), clients);
    }

    /** Adds the paths to a server. */
    public void addTo(RoutesConfig routes, MetricsEndpoint metrics) {
        routes.before(this::protect);
        addHealth(routes);
        HttpServer.get(routes, Paths.METRICS, metrics::serve);
        PageFiles files = new PageFiles();
        HttpServer.get(routes, "/", files::index);
        HttpServer.get(routes, "/page/<path>", files::file);
        get(routes, "openapi.yaml", ConsoleApi::openApi);
        get(routes, "view", new ViewEndpoint(queues, sinks, settings)::view);
        QueuesEndpoint list = new QueuesEndpoint(queues, overview);
        get(routes, "queues", list::list);
        get(routes, "queue", list::one);
        get(routes, "queue/history", list::history);
        TasksEndpoint tasks = new TasksEndpoint(queues, sinks, settings.showPayloads());
        get(routes, "tasks", tasks::list);
        get(routes, "task", tasks::one);
        SinksEndpoint sinkPaths = new SinksEndpoint(sinks);
        get(routes, "sinks", sinkPaths::list);
        get(routes, "sink", sinkPaths::one);
        get(routes, "replay-plan", sinkPaths::plan);
        ParkedEndpoint parked = new ParkedEndpoint(sinks, settings);
        get(routes, "parked", parked::list);
        get(routes, "parked/export", parked::export);
        get(routes, "decisions", new DecisionsEndpoint(sinks)::list);
        routes.post(Paths.PARKED, Answers.reporting(parked::decide));
        routes.get(Paths.API + "events", Answers.reporting(events::serve));
        routes.head(Paths.API + "events", Answers.reporting(events::head));
    }

    private static void get(RoutesConfig routes, String path, Handler handler) {
        HttpServer.get(routes, Paths.API + path, Answers.reporting(handler));
    }

    private void addHealth(RoutesConfig routes) {
        HealthEndpoint ready = new HealthEndpoint(
                "ready",
                Map.of("queues", () -> problem(queues.progress()), "sinks", () -> problem(sinks.progress())),
                Map.of(),
                access);
        HttpServer.get(routes, Paths.READY, ready::serve);
        HttpServer.get(routes, "/health/live", new HealthEndpoint("live", Map.of(), Map.of(), access)::serve);
    }

    /** While it catches up it can be used: the page shows how far it is. */
    private static Optional<String> problem(ViewProgress progress) {
        if (progress.state() != ViewProgress.State.DISCONNECTED) {
            return Optional.empty();
        }
        String problem = progress.problem();
        return Optional.of(problem == null ? "Kafka cannot be used." : problem);
    }

    /** The page itself shows nothing of the cluster: with a token it is what asks for the token. */
    private void protect(Context context) {
        String path = context.path();
        if (path.equals("/") || path.startsWith("/page/")) {
            HttpServer.protectPublic(context, access);
        } else if (!path.startsWith("/health/")) {
            HttpServer.protect(context, access);
        }
    }

    private static void openApi(Context context) throws IOException {
        QueryParameters.of(context);
        try (InputStream in = ConsoleApi.class.getResourceAsStream("openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("The file openapi.yaml is missing in the jar of the console.");
            }
            context.contentType("application/yaml").result(in.readAllBytes());
        }
    }

    /** Ends every stream. */
    @Override
    public void close() {
        events.close();
    }
}
