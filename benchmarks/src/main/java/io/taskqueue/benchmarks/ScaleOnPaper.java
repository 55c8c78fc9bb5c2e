package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.paper.ScaleTables;

/** {@code benchmarks/run paper}: the tables of docs/scale.md, which are computed and not measured. */
public final class ScaleOnPaper {

    private ScaleOnPaper() {}

    public static void main(String[] arguments) {
        System.out.print(ScaleTables.markdown());
    }
}
