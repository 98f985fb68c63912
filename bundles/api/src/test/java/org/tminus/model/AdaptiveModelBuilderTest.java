/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;
import org.tminus.tensor.ElementType;

class AdaptiveModelBuilderTest {
    @Test
    void addsUpWhatAPathCosts() {
        AdaptiveModel model = TestModels.layers(3).build();
        Cost cost = model.cost(TestModels.prefix(2, "exit.2"));

        assertThat(cost.flops(0)).isEqualTo(5 + 200 + 10);
        assertThat(cost.weightBytes()).isEqualTo(16 + 128 + 8);
        assertThat(cost.activationBytes(0)).isEqualTo(32);
        assertThat(model.menu()).containsExactly(model.fullDepth());
        assertThat(model.layer(new LayerId("layer.1")).orElseThrow().index()).isEqualTo(1);
    }

    @Test
    void refusesPathsThatCannotRun() {
        AdaptiveModel model = TestModels.layers(3).build();

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> model.check(TestModels.prefix(1, "exit.9")))
                .withMessageContaining("exit.9");
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> model.check(TestModels.prefix(4, "final")))
                .withMessageContaining("layer.3");
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() ->
                        model.check(new Path(List.of(new LayerId("layer.1"), new LayerId("layer.0")), ExitId.FINAL)))
                .withMessageContaining("out of order");
        assertThatIllegalArgumentException().isThrownBy(() -> model.cost(TestModels.prefix(4, "final")));
    }

    @Test
    void namesTheLayerThatCannotBeSkippedAndWhy() {
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder("bias", Version.emptyVersion)
                .signature(new ModelSignature(List.of(), List.of(), Optional.empty()))
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 4, "first"));
        for (int index = 0; index < 3; index++) {
            builder.layer(
                    new LayerId("layer." + index),
                    "h" + index,
                    "h" + (index + 1),
                    index == 1 ? Optional.of("Its bias is read by later layers.") : Optional.empty(),
                    List.of(),
                    Cost.ZERO);
        }
        AdaptiveModel model = builder.exit(
                        new ExitId("exit.1"), Optional.of(new LayerId("layer.0")), "e", "i", Map.of(), Cost.ZERO)
                .exit(ExitId.FINAL, Optional.of(new LayerId("layer.2")), "m", "i", Map.of(), Cost.ZERO)
                .build();

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() ->
                        model.check(new Path(List.of(new LayerId("layer.0"), new LayerId("layer.2")), ExitId.FINAL)))
                .withMessageContaining("layer.1")
                .withMessageContaining("Its bias");
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> model.check(new Path(List.of(new LayerId("layer.0")), ExitId.FINAL)));
        assertThatCode(() -> model.check(new Path(List.of(new LayerId("layer.0")), new ExitId("exit.1"))))
                .as("layers behind an exit are left, not skipped")
                .doesNotThrowAnyException();
    }

    @Test
    void refusesContradictions() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestModels.layers(2)
                        .menuPath(TestModels.prefix(1, "exit.1"))
                        .build())
                .withMessageContaining("full depth");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestModels.layers(2)
                        .predictor(new PredictorDescription("p", "image-v1", List.of(0, 1), 10))
                        .build())
                .withMessageContaining("entry 1");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> TestModels.layers(2).defaultOperatingPoint("none").build())
                .withMessageContaining("none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestModels.layers(2)
                        .exit(ExitId.FINAL, Optional.empty(), "e", "i", Map.of(), Cost.ZERO)
                        .build())
                .withMessageContaining("twice");
        AdaptiveModelBuilder crowded = TestModels.layers(2);
        for (int index = 0; index < 65; index++) {
            crowded.menuPath(TestModels.prefix(2, "final"));
        }
        assertThatIllegalArgumentException().isThrownBy(crowded::build).withMessageContaining("64");
    }

    @Test
    void findsPoliciesByNameAndRefusesThoseForAnotherPredictor() {
        PolicyDescription open = new PolicyDescription("lstm-ppo-open", "policy-open.onnx", "open", 2, 32);
        PolicyDescription blind = new PolicyDescription("lstm-ppo-closed", "policy-closed.onnx", "closed", 0, 32);
        AdaptiveModelBuilder builder = TestModels.layers(2)
                .menuPath(TestModels.prefix(1, "exit.1"))
                .menuPath(TestModels.prefix(2, "final"))
                .policy(blind);

        assertThat(builder.build().policy("lstm-ppo-closed")).contains(blind);
        assertThat(builder.build().policy("lstm-ppo-open")).isEmpty();
        builder.policy(open);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("2 complexity classes");
        builder.predictor(new PredictorDescription("p", "image-v1", List.of(0, 1), 10));
        assertThat(builder.build().policies()).containsExactly(blind, open);
        builder.policy(open);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("twice");
        assertThatIllegalArgumentException().isThrownBy(() -> new PolicyDescription("p", "f", "ajar", 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PolicyDescription("p", "f", "open", -1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PolicyDescription("p", "f", "open", 0, 0));
    }

    @Test
    void findsOperatingPointsByName() {
        OperatingPoint point =
                new OperatingPoint("lean", "budget", Map.of("threshold", 0.5), "decision", 10, .5, .9, .9);
        AdaptiveModel model = TestModels.layers(2)
                .operatingPoint(point)
                .defaultOperatingPoint("lean")
                .build();

        assertThat(model.defaultOperatingPoint()).contains(point);
        assertThat(model.operatingPoint("other")).isEmpty();
    }
}
