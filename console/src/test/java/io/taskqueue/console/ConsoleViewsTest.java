package io.taskqueue.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.DecisionView.Outcome;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.ViewProgress;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What each view of the page answers. */
@ExtendWith(ChromiumExtension.class)
class ConsoleViewsTest {

    private final Instant now = Instant.now();
    private FakeCluster cluster;

    @BeforeEach
    void fill() {
        cluster = ExampleCluster.asOf(now);
    }

    @Test
    void overviewShowsOwnerLagAndEtaOfEachQueueAndBadgesOnlyWhereSomethingIsWrong(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            assertThat(open.find("tbody tr")).hasCount(9);
            assertThat(open.row("mail/outbound")).containsText("dispatcher-b");
            assertThat(open.row("mail/outbound").locator("td[data-label=ETA]")).hasText("2.4 s");
            assertThat(open.row("search-index").locator("td[data-label=ETA]")).hasText("never at this rate");
            assertThat(open.row("reports").locator("td[data-label=ETA]")).hasText("caught up");
            assertThat(open.row("orders").first().locator(".badge")).hasText("Breaker open");
            assertThat(open.row("invoices").locator(".badge")).hasCount(0);
            assertThat(open.row("invoices").locator("svg.spark")).hasCount(1);
            assertThat(open.find("dl[aria-label='All queues'] .figure").first()).containsText("9");
        }
    }

    @Test
    void overviewStatesWhatItDoesNotShow(Browser browser) {
        String note = "3 records of topic taskqueue.events could not be decoded. See the log.";
        cluster.put(new ViewProgress(ViewProgress.State.CURRENT, now, 0, 1, "Only part of it.", List.of(note)));
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            assertThat(open.find("ul[aria-label='What is not shown'] li").first())
                    .hasText(note);
            assertThat(open.find("#banner")).hasText("Only part of it.");
        }
    }

    @Test
    void overviewSortsFiltersAndKeepsBothInTheAddress(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            open.button("Pending").click();
            assertThat(open.find("tbody tr th").first()).containsText("orders");
            assertThat(open.find("th[aria-sort=descending]")).containsText("Pending");

            open.find("[data-filter]").fill("shipping");
            assertThat(open.find("tbody tr")).hasCount(2);
            assertThat(open.find(".pager")).containsText("2 queues");

            open.page.reload();
            assertThat(open.find("tbody tr")).hasCount(2);
            assertThat(open.find("tbody tr th").first()).containsText("shipping/us");
        }
    }

    @Test
    void overviewShowsOnlyTheQueuesWithAProblemThatIsChosen(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            open.find(".attention button")
                    .filter(new Locator.FilterOptions().setHasText("Parked"))
                    .click();

            assertThat(open.find("tbody tr")).hasCount(1);
            assertThat(open.find("tbody tr th")).containsText("payments");
        }
    }

    @Test
    void aBadgeOfParkedEventsLeadsToThem(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            assertThat(open.find("header nav a .count")).hasText("3");
            open.row("payments").locator("a.badge").click();

            assertThat(open.find("h1")).hasText("Parked events");
            assertThat(open.find("ul.parked > li")).hasCount(3);
            assertThat(open.find(".chip")).containsText("payments");
        }
    }

    @Test
    void overviewOpensATaskByItsIdentity(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            open.page.keyboard().press("/");
            open.page.keyboard().type(ExampleCluster.FAILED_TASK);
            open.page.keyboard().press("Enter");

            assertThat(open.find("h1")).containsText(ExampleCluster.FAILED_TASK);
        }
    }

    @Test
    void overviewFollowsChangesWithoutLosingTheFocus(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            Locator link = open.row("invoices").locator("th a");
            link.focus();

            cluster.put(FakeClusters.withPending(cluster.queue("invoices").orElseThrow(), 7_777));

            assertThat(open.row("invoices").locator("td[data-label=Pending]")).hasText("7,777");
            assertThat(link).isFocused();
        }
    }

    @Test
    void anEmptyClusterNamesTheCommandThatFillsIt(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, new FakeCluster(now)).start().go("queues")) {
            assertThat(open.find(".empty")).containsText("No queues yet");
            assertThat(open.find(".empty code"))
                    .hasText("taskqueue dispatch --bootstrap-server kafka:9092 --queue orders --tasks tasks.ndjson");
            open.go("sinks");
            assertThat(open.find(".empty code")).containsText("taskqueue sink --bootstrap-server");
            open.go("parked");
            assertThat(open.find(".empty")).containsText("No sink yet");
            open.go("replay");
            assertThat(open.find(".empty")).containsText("No sink to replay");
        }
    }

    @Test
    void queueShowsDepthAndThroughputOverTimeItsTasksAndThePositionsOfSinks(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queue?name=orders")) {
            assertThat(open.find(".chart canvas")).hasCount(2);
            assertThat(open.find("table[aria-label='Positions of the sinks'] tbody tr"))
                    .hasCount(3);
            assertThat(open.find("table[aria-label=Tasks] tbody tr")).hasCount(15);
            assertThat(open.find(".figure").filter(new Locator.FilterOptions().setHasText("Oldest pending")))
                    .containsText("min");

            open.find(".tab")
                    .filter(new Locator.FilterOptions().setHasText("delayed"))
                    .click();
            assertThat(open.find("table[aria-label=Tasks] .phase").first()).hasText("delayed");
            assertThat(open.find("table[aria-label=Tasks] tbody tr")).hasCount(8);
            assertThat(open.find("table[aria-label=Tasks] tbody tr").first()).containsText("answered 503");
        }
    }

    @Test
    void liveTailShowsEventsAsTheyComeAndStopsWhilePaused(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queue?name=orders")) {
            Locator events = open.find("table[aria-label='Live events'] tbody tr");
            waitUntilFollowed(open);
            cluster.emit(ExampleCluster.arriving("orders", "Enqueued", 1, now, null));
            cluster.emit(ExampleCluster.arriving("invoices", "Enqueued", 2, now, null));
            assertThat(events).hasCount(1);

            open.button("Pause").click();
            cluster.emit(ExampleCluster.arriving("orders", "Failed", 3, now, "no answer"));
            assertThat(open.find("button[aria-pressed=true]")
                            .filter(new Locator.FilterOptions().setHasText("Continue")))
                    .hasText("Continue (1 new)");
            assertThat(events).hasCount(1);

            open.button("Continue (1 new)").click();
            assertThat(events).hasCount(2);
            assertThat(events.first()).containsText("no answer");

            open.find("input[aria-label='Filter live events']").fill("enq");
            assertThat(events).hasCount(1);
        }
    }

    /** The stream is open once the server has sent how current it is. */
    private void waitUntilFollowed(OpenPage open) {
        assertThat(open.find(".currency")).hasText("live");
    }

    @Test
    void taskShowsWhyEachAttemptFailedAndWhatSinksRecorded(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("task?id=" + ExampleCluster.FAILED_TASK)) {
            assertThat(open.find("h2").filter(new Locator.FilterOptions().setHasText("Why 2 attempts failed")))
                    .hasCount(1);
            Locator failures = open.find(".failures li");
            assertThat(failures.nth(0)).containsText("Attempt 1failed after 2.8 s");
            assertThat(failures.nth(0)).containsText("answered 503 Service Unavailable");
            assertThat(failures.nth(1)).containsText("Attempt 2lease expired after 40 s");
            assertThat(failures.nth(1)).containsText("worker-1 did not extend it for 30 s");
            assertThat(open.find(".phases"))
                    .hasAttribute(
                            "aria-label",
                            "pending 800 ms, then leased 2.8 s, then delayed 5.0 s, then pending 1.5 s, then leased 40 s, then delayed 5.0 s, "
                                    + "then pending 400 ms, then leased 9.5 s");

            Locator completed = open.find(".life > li").last();
            assertThat(completed).containsText("Completed");
            assertThat(completed.locator(".effects li")).hasCount(2);
            assertThat(completed).containsText("billing/0/orders/7/43901/charge");
            assertThat(completed).containsText("{\"receipt\":\"R-55120\"}");
            assertThat(completed).containsText("550 5.1.1 The mailbox does not exist");
            assertThat(open.find(".life > li").filter(new Locator.FilterOptions().setHasText("Heartbeat × 2")))
                    .hasCount(1);
        }
    }

    @Test
    void payloadsAreHiddenUnlessTheConsoleShowsThem(Browser browser) {
        try (OpenPage open =
                OpenPage.of(browser, cluster).hidePayloads().start().go("task?id=" + ExampleCluster.FAILED_TASK)) {
            assertThat(open.find("main")).not().containsText("A-90133\",\"items");
            assertThat(open.find("main")).containsText("Start the console with --show-payloads to see them.");
            open.go("parked?sink=billing");
            open.find("details summary").first().click();
            assertThat(open.find("main")).not().containsText("P-7712");
            assertThat(open.find(".parked li").first()).containsText("hidden; start the console with --show-payloads");
        }
    }

    @Test
    void anUnknownQueueAndAnUnknownTaskAreReported(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start()) {
            open.page.navigate("http://127.0.0.1:" + open.port() + "/#/queue?name=nothing");
            assertThat(open.find(".failure")).containsText("Not found");
            assertThat(open.find(".failure")).containsText("nothing");
            open.page.navigate("http://127.0.0.1:" + open.port() + "/#/task?id=nothing/1/1");
            assertThat(open.find(".failure")).containsText("nothing/1/1");
        }
    }

    @Test
    void sinksShowStateLagAndEffects(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("sinks")) {
            assertThat(open.row("search").locator(".badge")).hasText("Sink stopped");
            assertThat(open.row("search").locator("td[data-label=Run]")).hasText("–");
            assertThat(open.row("billing").locator("td[data-label=ETA]")).hasText("1 min 36 s");
            open.row("billing").locator("td[data-label=Parked] a").click();
            assertThat(open.find("h1")).hasText("Parked events");
        }
    }

    @Test
    void sinkShowsPositionsEffectsLatencyBreakersInstancesAndReceipts(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("sink?name=billing")) {
            assertThat(open.find(".shares")).containsText("69,902");
            assertThat(open.find(".quantiles")).hasText("half ≤ 20 ms95 % ≤ 100 ms99 % ≤ 200 ms");
            assertThat(open.find(".histogram .bucket")).hasCount(13);
            assertThat(open.find("table[aria-label=Instances] tbody tr").first())
                    .containsText("https://billing.example: 5 failures in a row, next attempt in 8 s");
            assertThat(open.find("table[aria-label='Positions per queue'] tbody tr")
                            .first())
                    .containsText("orders");
            assertThat(open.find("table[aria-label='Receipts of the latest replays'] tbody tr"))
                    .hasCount(3);
            assertThat(open.find(".problems li")).hasCount(2);
            assertThat(open.find(".facts"))
                    .containsText("Rate limit 100 calls/s, 5 calls/s of a peer, 12 events wait for it");
        }
    }

    @Test
    void redriveShowsADryRunBeforeItIsExecuted(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("parked?sink=billing")) {
            open.button("Redrive payments/16/40155").click();
            open.find("dialog input").first().fill("Robin");
            open.button("Dry run").click();
            assertThat(open.find("dialog .outcome"))
                    .containsText("1 task with 1 parked event would be redriven. Nothing has changed yet.");
            assertThat(cluster.decisions.keySet())
                    .containsExactly(new ParkedDecision(ParkedDecision.Action.REDRIVE, "Robin", "", false, true));

            open.button("Redrive 1 task").click();
            assertThat(open.find("dialog .outcome"))
                    .hasText(
                            "1 waits for the sink …payments/16/40155 waits for the sinkThe sink has not read the decision yet.");
            cluster.carryOut(new Outcome(Outcome.State.APPLIED, "The event was applied."));
            assertThat(open.find("dialog .outcome")).hasText("1 task: 1 applied.payments/16/40155 applied");
            open.button("Close").click();

            assertThat(cluster.decisions.keySet())
                    .contains(new ParkedDecision(ParkedDecision.Action.REDRIVE, "Robin", "", false, false));
            assertThat(open.find("ul.parked > li")).hasCount(2);
        }
    }

    @Test
    void aRedriveThatFailsAgainEndsWithTheNewError(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("parked?sink=billing")) {
            open.button("Redrive payments/16/40155").click();
            open.find("dialog input").first().fill("Robin");
            open.button("Dry run").click();
            open.button("Redrive 1 task").click();
            assertThat(open.find("dialog .outcome")).containsText("waits for the sink");
            cluster.carryOut(new Outcome(
                    Outcome.State.PARKED_AGAIN, "The event failed again, and was parked: 402 the card has expired"));

            assertThat(open.find("dialog .outcome")).containsText("1 task: 1 parked again.");
            assertThat(open.find("dialog .outcome")).containsText("402 the card has expired");
        }
    }

    @Test
    void decidedEventsAreListedAfterTheDecisionIsCarriedOut(Browser browser) {
        cluster.put(decision("redrive", "", "payments/16/40101", Outcome.State.APPLIED, "The event was applied."));
        cluster.put(
                decision("discard", "refunded", "payments/16/40102", Outcome.State.DISCARDED, "It is not applied."));
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("parked?sink=billing")) {
            open.button("Redriven").click();
            assertThat(open.find("ul[aria-label=Decisions] > li")).hasCount(1);
            assertThat(open.find("ul[aria-label=Decisions] > li")).containsText("payments/16/40101");
            assertThat(open.find("ul[aria-label=Decisions] .badge")).hasText("applied");
            assertThat(open.find("ul[aria-label=Decisions] > li")).containsText("by ann");
            assertThat(open.find(".pager")).hasText("1 decision");

            open.button("Discarded").click();
            assertThat(open.find("ul[aria-label=Decisions] > li")).containsText("payments/16/40102");
            assertThat(open.find("ul[aria-label=Decisions] > li")).containsText("Reason: refunded");
        }
    }

    private DecisionView decision(String action, String reason, String task, Outcome.State state, String text) {
        return new DecisionView(
                "billing",
                "payments",
                task,
                new DecisionView.DecidedEvent(4, 310_000 + task.length(), 1),
                new DecisionView.Made(action, "ann", reason, false, now.minusSeconds(60), "d-" + action),
                new Outcome(state, text),
                null);
    }

    @Test
    void taskShowsWhereItIsParkedWhyAndWhatWasDecided(Browser browser) {
        TaskLife life = cluster.life(ExampleCluster.FAILED_TASK);
        EventView completed = life.events().get(life.events().size() - 1);
        EventView before = life.events().get(life.events().size() - 2);
        cluster.put(new ParkedView(
                "billing",
                "orders",
                ExampleCluster.FAILED_TASK,
                "parked",
                before.kind(),
                before.epoch(),
                before.sequence(),
                before.partition(),
                before.offset(),
                now.minusSeconds(20),
                2,
                5,
                "reserve",
                "503 Service Unavailable",
                1,
                null));
        cluster.put(decision(
                "redrive",
                "",
                ExampleCluster.FAILED_TASK,
                Outcome.State.PARKED_AGAIN,
                "The event failed again, and was parked: 503 Service Unavailable"));
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("task?id=" + ExampleCluster.FAILED_TASK)) {
            assertThat(open.find(".view-head .badge")).hasText("Parked at billing");
            Locator parked = open.find("section[aria-label=Parked] li");
            assertThat(parked).containsText("503 Service Unavailable");
            assertThat(parked).containsText("5 attempts");
            assertThat(parked).containsText("1 later event of the task waits behind it");
            assertThat(parked.locator("a.button")).hasAttribute("href", "#/parked?sink=billing&text=orders%2F7%2F4183");
            assertThat(open.find(".life > li").filter(new Locator.FilterOptions().setHasText("parked at billing")))
                    .hasCount(1);
            assertThat(open.find(".life > li").last()).containsText(completed.kind());
            assertThat(open.find(".life > li").last()).containsText("waits behind a parked event at billing");
            assertThat(open.find("section[aria-label=Decisions] li")).containsText("parked again");
            assertThat(open.find("section[aria-label=Decisions] li")).containsText("by ann");

            open.button("Redrive at billing").click();
            open.find("dialog input").first().fill("Robin");
            open.button("Dry run").click();
            open.button("Redrive 1 task").click();
            assertThat(open.find("dialog .outcome")).containsText("waits for the sink");
            cluster.carryOut(new Outcome(Outcome.State.APPLIED, "The event was applied."));
            assertThat(open.find("dialog .outcome")).containsText("1 task: 1 applied.");
            open.button("Close").click();
            assertThat(open.find("section[aria-label=Decisions] li")).hasCount(2);
            assertThat(open.find(".view-head .badge")).hasCount(0);
        }
        try (OpenPage open = OpenPage.of(browser, ExampleCluster.asOf(now))
                .readOnly()
                .start()
                .go("task?id=" + ExampleCluster.FAILED_TASK)) {
            assertThat(open.find("section[aria-label=Parked]")).hasCount(0);
        }
    }

    @Test
    void discardOfAllThatMatchRequiresAReasonAndCanBeCancelled(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("parked?sink=billing")) {
            open.find("[data-filter]").fill("503");
            assertThat(open.find("ul.parked > li")).hasCount(2);
            open.button("Discard all 2 …").click();
            open.find("dialog input").first().fill("Robin");
            open.button("Dry run").click();
            assertThat(open.find("dialog input:invalid")).hasCount(1);

            open.find("dialog input").nth(1).fill("refunded by hand");
            open.button("Dry run").click();
            assertThat(open.find("dialog .outcome")).containsText("2 tasks with 4 parked events would be discarded.");
            // a change after the dry run needs another one
            open.find("dialog input[type=checkbox]").check();
            assertThat(open.button("Dry run")).isVisible();
            open.page.keyboard().press("Escape");

            assertThat(open.find("dialog")).hasCount(0);
            assertThat(cluster.decisions.keySet()).allMatch(ParkedDecision::dryRun);
            assertThat(cluster.decisions.values()).allMatch(query -> "503".equals(query.text()));
        }
    }

    @Test
    void withoutWritesNothingCanBeDecidedButTheCommandIsShown(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).readOnly().start().go("parked?sink=billing")) {
            assertThat(open.find("ul.parked > li")).hasCount(3);
            assertThat(open.find(".actions button, .parked-actions button"))
                    .hasText(new String[] {"Export as JSON lines"});
            assertThat(open.find(".actions")).containsText("Read-only: start the console with --allow-writes");
            open.find("ul.parked summary").first().click();
            assertThat(open.find("ul.parked > li .command code").first())
                    .hasText(
                            "taskqueue parked redrive --bootstrap-server kafka:9092 --name billing --task payments/16/40112");
        }
    }

    @Test
    void exportHasAllThatMatchTheFilter(Browser browser) throws Exception {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("parked?sink=billing&state=ambiguous")) {
            assertThat(open.find("ul.parked > li")).hasCount(1);
            Download download = open.page.waitForDownload(
                    () -> open.button("Export as JSON lines").click());

            assertThat(download.suggestedFilename()).isEqualTo("parked-billing.ndjson");
            try (InputStream in = download.createReadStream()) {
                List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                assertThat(lines).hasSize(1);
                assertThat(lines.get(0)).contains("\"taskId\":\"payments/16/40190\"");
            }
        }
    }

    @Test
    void replayPlanShowsWhatItWouldDoAndCopiesTheCommand(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("replay?sink=billing")) {
            open.find("input[value=fill-gaps]").check();
            open.find("#select").fill("queue=orders");
            open.button("Show the plan").click();

            assertThat(open.find("dl[aria-label='The plan']")).containsText("2,160");
            assertThat(open.find(".notes")).hasText("Two instances of the sink are running: stop them first.");
            open.find(".command button").click();
            assertThat(open.find(".command button")).hasAttribute("data-done", "yes");
            assertThat(open.page.evaluate("navigator.clipboard.readText()"))
                    .isEqualTo(
                            "taskqueue replay --sink billing --from earliest --mode fill-gaps --select 'queue=orders'");
            assertThat(open.page.url()).contains("mode=fill-gaps").contains("select=queue%3Dorders");
        }
    }

    @Test
    void aPlanThatIsRefusedShowsWhy(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("replay?sink=unknown")) {
            open.button("Show the plan").click();
            assertThat(open.find("main [role=alert]"))
                    .hasText("The console knows no sink 'unknown'. Check the name: see /api/v1/sinks.");
        }
    }
}
