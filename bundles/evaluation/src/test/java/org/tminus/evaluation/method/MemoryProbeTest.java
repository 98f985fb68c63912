/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryProbeTest {
    static List<Serving> ways() {
        return List.of(
                new Serving.ModelFile(Path.of("folder", "model.onnx")),
                new Serving.Library("onnxruntime", Path.of("folder", "model.onnx"), "one thread, spinning"),
                new Serving.MenuGraph(3),
                new Serving.Point("lstm-ppo-open", "balanced"),
                new Serving.Chosen(true),
                new Serving.Exits(List.of("layer.0", "layer.2"), List.of(0.75, 2.0)),
                new Serving.Exits(List.of(), List.of()));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aWaySurvivesTheCommandLine(Serving serving) {
        assertThat(MemoryProbe.serving(MemoryProbe.arguments(serving))).isEqualTo(serving);
    }

    @Test
    void anUnknownWayIsRefused() {
        assertThatThrownBy(() -> MemoryProbe.serving(List.of("other")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other");
    }
}
