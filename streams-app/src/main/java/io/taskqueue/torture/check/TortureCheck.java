package io.taskqueue.torture.check;

import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.report.Findings;
import io.taskqueue.torture.report.TortureReport;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks the history of a run that has ended, queue by queue, so that memory is bounded by the largest queue: about 100 bytes an event and 500 a task of
 * it. Reads the history's files only.
 */
public final class TortureCheck {

    private static final List<InvariantCheck> PER_QUEUE = List.of(
            new ConfirmedTasksSurvive(),
            new SequencesHaveNoHole(),
            new TasksLiveLegally(),
            new EffectsAreAppliedOnce(),
            new ResultsNeverChange(),
            new OneOwnerContinues(),
            new CheckpointsNeverGoBack(),
            new StatesAgree(),
            new ReplayCallsNothing());

    private TortureCheck() {}

    /**
     * Checks each invariant.
     *
     * @throws IncompleteHistoryException if the history does not state how its run began
     * @throws io.taskqueue.torture.history.HistoryFileException if a file cannot be read, or was changed
     */
    public static TortureReport check(RunDirectory directory) {
        RunHistory run = RunHistory.read(directory);
        Findings findings = new Findings();
        EverythingStaysBounded.check(run, findings);
        Set<String> queues = new TreeSet<>(run.settings().queues());
        queues.addAll(directory.queues());
        for (String name : queues) {
            QueueCheck queue = QueueCheck.of(run, directory.queue(name), findings);
            PER_QUEUE.forEach(check -> check.check(queue));
        }
        return TortureReport.of(run.seed(), run.faultsByKind(), findings);
    }
}
