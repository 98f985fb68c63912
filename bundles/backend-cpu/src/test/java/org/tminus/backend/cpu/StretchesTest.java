/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.backend.cpu.CpuSessionTest.Kind;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.tensor.Tensor;

/** What is asked for together runs together, and answers as its parts do. */
class StretchesTest {
    @TempDir
    java.nio.file.Path folder;

    private final Deadlines deadlines = new Deadlines();
    private final NativeMemory memory = new NativeMemory(deadlines, Runnable::run, Fixture.RUNTIME, Long.MAX_VALUE);

    @AfterEach
    void stopTheThread() {
        deadlines.close();
    }

    @ParameterizedTest
    @EnumSource
    void neighboursRunWithTheStemAndAnswerAsSingleLayers(Kind kind) throws Exception {
        AdaptiveModel model = kind.make(folder);
        ModelContext context = context(model, Runnable::run);
        Chain chain = new Chain(context, Limits::defaults);
        context.weights().release();
        Map<String, Tensor> inputs = TestModels.inputs(model, 3, 5);
        List<LayerId> layers = model.fullDepth().layers();
        List<LayerId> gapped = List.of(layers.get(0), layers.get(1), layers.get(layers.size() - 1));
        for (List<LayerId> path : List.of(layers, gapped)) {
            try (ChainRun single = ChainRun.startSingly(context, chain, inputs, Fixture.logits());
                    ChainRun joined = ChainRun.start(context, chain, inputs, Fixture.logits())) {
                for (LayerId layer : path) {
                    single.advance(List.of(layer));
                }
                joined.advance(path);
                assertThat(Fixture.difference(
                                joined.read(ExitId.FINAL).get("logits"),
                                single.read(ExitId.FINAL).get("logits")))
                        .isLessThan(1e-5);
            }
        }
        assertThat(chain.stretch(new Stretch(model, true, model.layers(), null)))
                .isNotNull();
        chain.release();
        assertThat(memory.weightBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void exitsThatArePassedAndReadRunWithTheirLayerAndAnswerTheSame(Kind kind) throws Exception {
        AdaptiveModel model = kind.make(folder);
        ModelContext context = context(model, Runnable::run);
        Chain chain = new Chain(context, Limits::defaults);
        context.weights().release();
        Random random = new Random(3);
        for (int round = 0; round < 40; round++) {
            Map<String, Tensor> inputs = TestModels.inputs(model, 1 + random.nextInt(4), round);
            try (ChainRun single = ChainRun.startSingly(context, chain, inputs, Fixture.logits());
                    ChainRun joined = ChainRun.start(context, chain, inputs, Fixture.logits())) {
                for (Layer layer : model.layers()) {
                    single.advance(List.of(layer.id()));
                    joined.advance(List.of(layer.id()));
                    for (Exit exit : model.exits()) {
                        if (exit.after().filter(layer.id()::equals).isPresent()) {
                            assertThat(Fixture.difference(
                                            joined.read(exit.id()).get("logits"),
                                            single.read(exit.id()).get("logits")))
                                    .isLessThan(1e-5);
                        }
                    }
                    if (joined.rows() > 1 && random.nextInt(3) == 0) {
                        int[] kept = {joined.rows() - 1};
                        single.retain(kept);
                        joined.retain(kept);
                        assertThat(Fixture.difference(joined.pooled(), single.pooled()))
                                .isLessThan(1e-5);
                    }
                }
            }
        }
        Layer first = model.layers().get(0);
        Exit expected = chain.habits().expected(first);
        if (kind != Kind.ENCODER) {
            assertThat(expected).isNotNull();
        }
        assertThat(chain.stretch(new Stretch(model, true, List.of(first), expected)))
                .isNotNull();
        chain.release();
        assertThat(memory.weightBytes()).isZero();
    }

    @Test
    void aChainKeepsItsWeightsAlsoIfNoPartIsOpenYetWhenTheSessionIsClosed() throws Exception {
        AdaptiveModel model = Kind.VISION_WITH_DATA_FILE.make(folder);
        ModelContext context = context(model, Runnable::run);
        Chain chain = new Chain(context, Limits::defaults);
        Map<String, Tensor> inputs = TestModels.inputs(model, 3, 5);
        // The session lets go of both while a run is about to begin.
        assertThat(chain.acquire()).isTrue();
        context.weights().release();
        chain.release();
        try (ChainRun run = ChainRun.start(context, chain, inputs, Fixture.logits())) {
            run.advance(model.fullDepth().layers());
            assertThat(Fixture.difference(run.read(ExitId.FINAL).get("logits"), Fixture.plain(model, inputs)))
                    .isLessThan(1e-5);
        }
        assertThat(memory.weightBytes()).isPositive();
        chain.release();
        assertThat(memory.weightBytes()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> new Chain(context, Limits::defaults));
    }

    @Test
    void anExitThatIsNotReadAnyMoreIsNotExpected() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        ExitHabits habits = new ExitHabits(model);
        Layer layer = model.layers().get(0);
        assertThat(habits.expected(layer)).isNull();
        for (int times = 0; times < 1000; times++) {
            habits.passed(layer, true);
        }
        assertThat(habits.expected(layer)).isNotNull();
        assertThat(habits.expected(model.layers().get(1))).isNull();
        for (int times = 0; times < 16; times++) {
            habits.passed(layer, false);
        }
        assertThat(habits.expected(layer)).isNull();
    }

    @Test
    void layersRunOneByOneUntilTheyAreJoinedAndPastTheLimits() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        Stretch layers = new Stretch(model, false, model.layers(), null);
        Chain never = new Chain(context(model, Runnable::run), () -> new Limits(0, Long.MAX_VALUE));
        Chain small = new Chain(context(model, Runnable::run), () -> new Limits(9, 1));
        Chain later = new Chain(context(model, work -> {}), Limits::defaults);
        Chain leaving = new Chain(
                context(model, work -> {
                    throw new RejectedExecutionException();
                }),
                Limits::defaults);
        for (Chain chain : List.of(never, small, later, leaving)) {
            assertThat(chain.stretch(layers)).isNull();
            assertThat(chain.stretch(layers)).isNull();
        }
        never.release();
        small.release();
        leaving.release();
        assertThat(memory.weightBytes()).isZero();
    }

    /** The caller holds the weights. */
    private ModelContext context(AdaptiveModel model, Executor compiler) throws Exception {
        return Fixture.context(model, deadlines, compiler, memory);
    }
}
