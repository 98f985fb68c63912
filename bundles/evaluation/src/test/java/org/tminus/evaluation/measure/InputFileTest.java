/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

class InputFileTest {
    @Test
    void whatIsWrittenIsRead(@TempDir Path folder) throws Exception {
        Inputs inputs = new Inputs(
                List.of(4, 9),
                List.of(
                        Map.of("ids", HostTensor.ofLongs(Shape.of(1, 2), 5, 6)),
                        Map.of(
                                "ids",
                                HostTensor.ofLongs(Shape.of(1, 3), 7, 8, 9),
                                "x",
                                HostTensor.ofFloats(Shape.of(1), 2f))));
        Path file = folder.resolve("inputs");
        InputFile.write(file, inputs, row -> row + 1);
        InputFile.Content content = InputFile.read(file);

        assertThat(content.paths()).containsExactly(5, 10);
        assertThat(content.inputs()).hasSize(2);
        HostTensor ids = content.inputs().get(1).get("ids");
        assertThat(ids.shape()).isEqualTo(Shape.of(1, 3));
        assertThat(ids.buffer().asLongBuffer().get(2)).isEqualTo(9);
        assertThat(content.inputs().get(1).get("x").buffer().asFloatBuffer().get(0))
                .isEqualTo(2f);
    }
}
