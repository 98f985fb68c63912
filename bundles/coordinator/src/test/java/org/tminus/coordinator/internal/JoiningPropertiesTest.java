/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Priority;
import org.tminus.inference.Trace;
import org.tminus.policy.Budget;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContext;
import org.tminus.tensor.HostTensor;

/** Over random mixes of waiting requests: joined or alone makes no difference to an answer, and nobody starves. */
class JoiningPropertiesTest {
    /** A value whose rows come out as NaN where fewer than all layers ran. */
    private static final float SPOILT = 8;

    private record Asked(List<Integer> values, String policy, double budget, Priority priority) {
        InferenceRequest request() {
            float[] floats = new float[values.size()];
            for (int row = 0; row < floats.length; row++) {
                floats[row] = values.get(row);
            }
            InferenceRequest.Builder request =
                    Backlog.request(floats).policy(policy).priority(priority);
            return (budget < 1 ? request.budget(Budget.ofFlopsRatio(budget)) : request).build();
        }
    }

    @Provide
    Arbitrary<List<Asked>> mixes() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 8).list().ofMinSize(1).ofMaxSize(3),
                        Arbitraries.of("open", "sure", "skipping", "missing"),
                        Arbitraries.of(0.3, 0.6, 1.0),
                        Arbitraries.of(Priority.NORMAL, Priority.NORMAL, Priority.HIGH))
                .as(Asked::new)
                .list()
                .ofMinSize(2)
                .ofMaxSize(10);
    }

    /** A depth for each row, by what the batch holds, and within its budget. */
    private static List<Decision> byContent(PolicyContext context) {
        List<Decision> decisions = new ArrayList<>();
        for (int row = 0; row < context.rows(); row++) {
            int places = context.allowedPaths().indexOf(context.affordablePath()) + 1;
            int place = (int) Math.floorMod(context.seed() + row, (long) places);
            decisions.add(Decision.run(context.allowedPaths().get(place)));
        }
        return decisions;
    }

    /** Stops at the first exit that is sure. */
    private static List<Decision> whenSure(Checkpoint checkpoint) throws org.tminus.failure.TminusException {
        List<Decision> decisions = new ArrayList<>();
        for (int row = 0; row < checkpoint.rows(); row++) {
            boolean stops = checkpoint.confidence(row) > 0.9;
            decisions.add(stops ? Decision.stop(checkpoint.exit().orElseThrow()) : Decision.goOn());
        }
        return decisions;
    }

    private static List<Decision> bySize(Checkpoint checkpoint) throws org.tminus.failure.TminusException {
        List<Decision> decisions = new ArrayList<>();
        for (int row = 0; row < checkpoint.rows(); row++) {
            decisions.add(checkpoint.pooled(row).get(0) > 4 ? Decision.skip(1) : Decision.goOn());
        }
        return decisions;
    }

    private static FakeBackend.Behaviour spoiling() {
        return (path, inputs, control) -> {
            var outputs = FakeBackend.answer(path, inputs, control);
            List<Float> values = Backlog.values(inputs);
            for (int row = 0; row < values.size(); row++) {
                if (values.get(row) == SPOILT && path.depth() < TestModels.LAYERS) {
                    ((HostTensor) outputs.get("y"))
                            .writableBuffer()
                            .asFloatBuffer()
                            .put(row * 3 + 1, Float.NaN);
                }
            }
            return outputs;
        };
    }

    private record Answered(List<float[]> rows, List<Trace> traces) {}

    private static List<Answered> answers(List<Asked> mix, int maxRows, Map<String, Long> counters) throws Exception {
        FakeBackend backend = new FakeBackend();
        Backlog backlog = new Backlog(backend);
        backlog.behaviour = spoiling();
        try (Bench bench = new Bench(Map.of("workers", 1, "batchMaxRows", maxRows))) {
            bench.backend("cpu", 0, backend)
                    .policy("full", 1, FakePolicy.full())
                    .policy("open", 0, new FakePolicy(JoiningPropertiesTest::byContent))
                    .policy("sure", 0, FakePolicy.asking(JoiningPropertiesTest::whenSure, 0, 1, 2))
                    .policy("skipping", 0, FakePolicy.asking(JoiningPropertiesTest::bySize, 0))
                    .model(TestModels.model());
            bench.awaitReady();
            Bench.await(() -> bench.counter("pathsPrepared") == TestModels.LAYERS);
            CompletableFuture<InferenceResult> occupant = backlog.close(bench);
            List<CompletableFuture<InferenceResult>> waiting = mix.stream()
                    .map(asked -> bench.coordinator.service().submit(asked.request()))
                    .toList();
            backlog.open();
            occupant.get().close();
            List<Answered> answers = new ArrayList<>();
            for (CompletableFuture<InferenceResult> future : waiting) {
                InferenceResult result = future.get();
                List<float[]> rows = new ArrayList<>();
                for (int row = 0; row < result.traces().size(); row++) {
                    rows.add(new float[] {Bench.y(result, row, 0), Bench.y(result, row, 1), Bench.y(result, row, 2)});
                }
                answers.add(new Answered(rows, result.traces()));
            }
            Bench.await(() -> backend.openRuns.get() == 0);
            counters.putAll(bench.coordinator.status().counters());
            return answers;
        }
    }

    @Property(tries = 60)
    void joinedAndAloneAgree(@ForAll("mixes") List<Asked> mix, @ForAll @IntRange(min = 2, max = 12) int maxRows)
            throws Exception {
        Map<String, Long> apart = new HashMap<>();
        Map<String, Long> together = new HashMap<>();
        List<Answered> alone = answers(mix, 1, apart);
        List<Answered> joined = answers(mix, maxRows, together);
        for (int index = 0; index < mix.size(); index++) {
            for (int row = 0; row < mix.get(index).values().size(); row++) {
                String what = mix.get(index) + " row " + row;
                assertThat(joined.get(index).rows().get(row))
                        .as(what)
                        .containsExactly(alone.get(index).rows().get(row), within(1e-4f));
                assertSame(
                        what,
                        joined.get(index).traces().get(row),
                        alone.get(index).traces().get(row));
            }
        }
        assertThat(apart.get("joinedBatches")).isZero();
        Statistics.label("joined").collect(together.get("joinedBatches") > 0).coverage(coverage -> coverage.check(true)
                .percentage(share -> share > 30));
        for (String counter : List.of(
                "requests", "rows", "failed", "flops", "fullDepthFlops", "fallbacks", "budgetMissed", "quarantines")) {
            assertThat(together.get(counter)).as(counter).isEqualTo(apart.get(counter));
        }
    }

    private static void assertSame(String what, Trace joined, Trace alone) {
        assertThat(joined.requestId()).as(what).isEqualTo(alone.requestId());
        assertThat(joined.path()).as(what).isEqualTo(alone.path());
        assertThat(joined.policy()).as(what).isEqualTo(alone.policy());
        assertThat(joined.backend()).as(what).isEqualTo(alone.backend());
        assertThat(joined.compiled()).as(what).isEqualTo(alone.compiled());
        assertThat(joined.flops()).as(what).isEqualTo(alone.flops());
        assertThat(joined.fullDepthFlops()).as(what).isEqualTo(alone.fullDepthFlops());
        assertThat(joined.budgetMissed()).as(what).isEqualTo(alone.budgetMissed());
        assertThat(joined.fallbacks()).as(what).isEqualTo(alone.fallbacks());
        assertThat(joined.certificate()).as(what).isEqualTo(alone.certificate());
        assertThat(joined.operatingPoint()).as(what).isEqualTo(alone.operatingPoint());
    }

    @Property(tries = 60)
    void nobodyIsOvertakenByMoreThanOneBatch(
            @ForAll @Size(min = 2, max = 24) List<@IntRange(min = 0, max = 3) Integer> kinds,
            @ForAll @IntRange(min = 2, max = 6) int maxRows)
            throws Exception {
        FakeBackend backend = new FakeBackend();
        Backlog backlog = new Backlog(backend);
        try (Bench bench = new Bench(Map.of("workers", 1, "batchMaxRows", maxRows))) {
            bench.backend("cpu", 0, backend);
            for (int kind = 0; kind < 4; kind++) {
                bench.policy("kind" + kind, 0, FakePolicy.full());
            }
            bench.model(TestModels.model());
            bench.awaitReady();
            CompletableFuture<InferenceResult> occupant = backlog.close(bench);
            List<CompletableFuture<InferenceResult>> waiting = new ArrayList<>();
            for (int index = 0; index < kinds.size(); index++) {
                waiting.add(bench.coordinator
                        .service()
                        .submit(Backlog.request(index)
                                .policy("kind" + kinds.get(index))
                                .build()));
            }
            backlog.open();
            occupant.get().close();
            for (var future : waiting) {
                future.get().close();
            }
        }
        List<List<Float>> runs = backlog.runs;
        assertThat(runs.stream().flatMap(List::stream)).hasSize(kinds.size());
        for (List<Float> run : runs) {
            assertThat(run).hasSizeLessThanOrEqualTo(maxRows).isSorted();
        }
        for (int index = 0; index < kinds.size(); index++) {
            int overtaken = 0;
            for (List<Float> run : runs) {
                if (run.contains((float) index)) {
                    break;
                }
                float own = index;
                overtaken += run.stream().anyMatch(other -> other > own) ? 1 : 0;
            }
            assertThat(overtaken)
                    .as("request " + index + " of " + kinds + " in " + runs)
                    .isLessThanOrEqualTo(1);
        }
    }
}
