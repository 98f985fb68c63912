/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.backend.cpu.CpuSessionTest.Kind;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;

/** Folded graphs compute the same, and take the place of plain ones only where they are faster. */
class FoldingTest {
    @TempDir
    java.nio.file.Path folder;

    private final Deadlines deadlines = new Deadlines();

    @AfterEach
    void stopTheThread() {
        deadlines.close();
    }

    @ParameterizedTest
    @EnumSource
    void foldedPathsAndStretchesComputeTheSame(Kind kind) throws Exception {
        AdaptiveModel model = kind.make(folder);
        NativeMemory memory = new NativeMemory(deadlines, Runnable::run, Fixture.RUNTIME, Long.MAX_VALUE);
        ModelContext context = Fixture.context(model, deadlines, Runnable::run, memory);
        Chain chain = new Chain(context, Limits::defaults);
        context.weights().release();
        PathCheck check = new PathCheck(context);
        for (Path path : model.menu()) {
            if (path.layers().isEmpty()) {
                continue;
            }
            CompiledPath folded = CompiledPath.openFolded(context, path).orElseThrow();
            assertThat(check.difference(path, folded, chain)).isLessThan(context.tolerance());
            folded.release();
        }
        for (boolean withStem : new boolean[] {true, false}) {
            Stretch stretch = new Stretch(model, withStem, model.layers().subList(1, 3), null);
            try (NativeGraph folded = NativeGraph.openFolded(
                            context, "test", () -> context.graphs().stretch(stretch), 0)
                    .orElseThrow()) {
                assertThat(check.difference(stretch, folded, chain)).isLessThan(context.tolerance());
            }
        }
        chain.release();
        assertThat(memory.weightBytes()).isZero();
    }

    @Test
    void theFastestTurnsDecide() throws Exception {
        AtomicLong now = new AtomicLong();
        AtomicInteger turns = new AtomicInteger();
        Comparison comparison = new Comparison(now::get);
        Comparison.Way slow = () -> now.addAndGet(100);
        Comparison.Way fastButHeldUp = () -> now.addAndGet(turns.incrementAndGet() % 2 == 0 ? 90 : 1000);
        assertThat(comparison.isFaster(fastButHeldUp, slow)).isTrue();
        assertThat(comparison.isFaster(slow, fastButHeldUp)).isFalse();
        assertThat(comparison.isFaster(slow, slow)).isFalse();
    }

    @Test
    void whetherFoldingPaysIsMeasuredOnTheFirstGraph() throws Exception {
        Folding folding = new Folding(Kind.values()[0].make(folder));
        Forms forms = new Forms();

        assertThat(folding.open(forms)).isEqualTo("folded");
        assertThat(folding.open(forms)).isEqualTo("folded");

        assertThat(forms.events).containsExactly("open plain", "open folded", "measure", "close plain", "open folded");
    }

    @Test
    void whatDoesNotPayIsNotOpenedAgain() throws Exception {
        Folding folding = new Folding(Kind.values()[0].make(folder));
        Forms forms = new Forms();
        forms.pays = false;

        assertThat(folding.open(forms)).isEqualTo("plain");
        assertThat(folding.open(forms)).isEqualTo("plain");

        assertThat(forms.events).containsExactly("open plain", "open folded", "measure", "close folded", "open plain");
    }

    @Test
    void foldedGraphsThatComputeSomethingElseAreNotUsed() throws Exception {
        Folding folding = new Folding(Kind.values()[0].make(folder));
        Forms forms = new Forms();
        folding.open(forms);
        forms.events.clear();
        forms.foldedDifference = Double.NaN;

        assertThat(folding.open(forms)).isEqualTo("plain");

        assertThat(forms.events).containsExactly("open folded", "close folded", "open plain");
    }

    @Test
    void plainGraphsThatComputeSomethingElseAreClosed() throws Exception {
        Folding folding = new Folding(Kind.values()[0].make(folder));
        Forms forms = new Forms();
        forms.plainDifference = 1;

        assertThatThrownBy(() -> folding.open(forms)).hasMessage("It differs.");

        assertThat(forms.events).containsExactly("open plain", "close plain");
    }

    private static final class Forms implements Folding.Forms<String> {
        final List<String> events = new ArrayList<>();
        boolean pays = true;
        double plainDifference;
        double foldedDifference;

        @Override
        public String open() {
            events.add("open plain");
            return "plain";
        }

        @Override
        public Optional<String> openFolded() {
            events.add("open folded");
            return Optional.of("folded");
        }

        @Override
        public double difference(String graph) {
            return graph.equals("plain") ? plainDifference : foldedDifference;
        }

        @Override
        public double tolerance() {
            return 1e-4;
        }

        @Override
        public TminusException differs(double difference) {
            return new TminusException("It differs.", "");
        }

        @Override
        public boolean isFaster(String candidate, String other) {
            events.add("measure");
            return pays;
        }

        @Override
        public void close(String graph) {
            events.add("close " + graph);
        }
    }
}
