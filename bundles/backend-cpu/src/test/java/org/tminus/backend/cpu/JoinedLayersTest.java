/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.backend.cpu.CpuSessionTest.Kind;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.tensor.Tensor;

class JoinedLayersTest {
    @TempDir
    java.nio.file.Path folder;

    private final Deadlines deadlines = new Deadlines();
    private final NativeMemory memory = new NativeMemory(deadlines, Runnable::run);

    @AfterEach
    void stopTheThread() {
        deadlines.close();
    }

    @ParameterizedTest
    @EnumSource
    void neighboursRunAsOneGraphAndAnswerAsSingleLayers(Kind kind) throws Exception {
        AdaptiveModel model = kind.make(folder);
        ModelContext context = context(model, Runnable::run);
        Chain chain = new Chain(context, Limits::defaults);
        Map<String, Tensor> inputs = TestModels.inputs(model, 3, 5);
        List<LayerId> layers = model.fullDepth().layers();
        List<LayerId> gapped = List.of(layers.get(0), layers.get(1), layers.get(layers.size() - 1));
        for (List<LayerId> path : List.of(layers, gapped)) {
            try (ChainRun single = ChainRun.start(context, chain, inputs, Fixture.logits());
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
        assertThat(chain.joined(model.layers())).isNotNull();
        chain.release();
        assertThat(memory.weightBytes()).isZero();
    }

    @Test
    void layersRunOneByOneUntilTheyAreJoinedAndPastTheLimits() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        List<Layer> layers = model.layers();
        Chain never = new Chain(context(model, Runnable::run), () -> new Limits(0, Long.MAX_VALUE));
        Chain small = new Chain(context(model, Runnable::run), () -> new Limits(9, 1));
        Chain later = new Chain(context(model, work -> {}), Limits::defaults);
        Chain leaving = new Chain(
                context(model, work -> {
                    throw new RejectedExecutionException();
                }),
                Limits::defaults);
        for (Chain chain : List.of(never, small, later, leaving)) {
            assertThat(chain.joined(layers)).isNull();
            assertThat(chain.joined(layers)).isNull();
        }
        never.release();
        small.release();
        leaving.release();
        assertThat(memory.weightBytes()).isZero();
    }

    private ModelContext context(AdaptiveModel model, Executor compiler) throws Exception {
        return new ModelContext(
                Fixture.RUNTIME, model, ModelGraphs.read(model), new InputCheck(model), deadlines, compiler, memory);
    }
}
