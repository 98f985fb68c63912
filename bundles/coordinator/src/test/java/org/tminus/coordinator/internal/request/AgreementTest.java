/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

class AgreementTest {
    private static AdaptiveModel model(ElementType... outputs) {
        List<TensorSpec> specs = new ArrayList<>();
        for (ElementType type : outputs) {
            specs.add(new TensorSpec("y" + specs.size(), type, List.of(TensorSpec.ANY, 3L)));
        }
        TensorSpec input = new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L));
        Map<String, String> answers = new HashMap<>();
        specs.forEach(spec -> answers.put(spec.name(), spec.name()));
        Cost cost = Cost.of(new double[] {1}, 1, new double[] {1});
        return new AdaptiveModelBuilder("toy", new Version(1, 0, 0))
                .signature(new ModelSignature(List.of(input), specs, Optional.empty()))
                .stem("stem", List.of(), cost)
                .hidden(new HiddenState(ElementType.FLOAT16, 1, 4, "first"))
                .layer(new LayerId("layer.0"), "stem", "h", Optional.empty(), List.of(), cost)
                .exit(ExitId.FINAL, Optional.of(new LayerId("layer.0")), "model.onnx", "h", answers, cost)
                .build();
    }

    private static @Nullable String scores(ElementType... outputs) {
        return new ModelView(model(outputs)).scoreOutput();
    }

    @Test
    void scoresAreTheFirstFloat32OrElseTheFirstFractions() {
        assertThat(scores(ElementType.INT64, ElementType.FLOAT16, ElementType.FLOAT32))
                .isEqualTo("y2");
        assertThat(scores(ElementType.INT64, ElementType.FLOAT16, ElementType.BFLOAT16))
                .isEqualTo("y1");
        assertThat(scores(ElementType.INT64)).isNull();
    }

    @Test
    void halfPrecisionAnswersAreComparedByTheirNumbers() {
        Agreement agreement = Objects.requireNonNull(Agreement.of(new ModelView(model(ElementType.FLOAT16)), 0.95));
        HostTensor tensor = HostTensor.allocate(ElementType.FLOAT16, Shape.of(2, 3));
        // 1, 0, 0 and 2, 1, 0: neither the same direction nor the same bits
        tensor.writableBuffer().asShortBuffer().put(new short[] {0x3c00, 0, 0, 0x4000, 0x3c00, 0});

        float[] first = Objects.requireNonNull(agreement.keep(Map.of("y0", tensor), 0));
        float[] second = Objects.requireNonNull(agreement.keep(Map.of("y0", tensor), 1));

        assertThat(first).containsExactly(1, 0, 0);
        assertThat(second).containsExactly(2, 1, 0);
        assertThat(agreement.isSame(first, second)).isFalse();
        assertThat(agreement.isSame(first, new float[] {3, 0, 0})).isTrue();
    }
}
