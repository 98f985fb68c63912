/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.OperatingPoint;
import org.tminus.tensor.ElementType;

class PolicyParametersTest {
    private static final OperatingPoint LEAN = point("lean", "mine", 0.3, Map.of("threshold", 0.5));
    private static final OperatingPoint RICH = point("rich", "mine", 0.7, Map.of("threshold", 0.9, "list", List.of(1)));
    private static final OperatingPoint OTHER = point("other", "theirs", 0.5, Map.of("threshold", 0.1));
    private static final AdaptiveModel MODEL = model();

    @Test
    void configurationGoesBeforeTheOperatingPoint() throws Exception {
        PolicyContexts context = PolicyContexts.of(MODEL).operatingPoint(RICH).parameters(Map.of("threshold", 0.8));

        PolicyParameters parameters = PolicyParameters.of(context.build(), "mine");

        assertThat(parameters.number("threshold", 0, 1)).hasValue(0.8);
        assertThat(parameters.numbers("list", 0, 9)).hasValue(new double[] {1});
        assertThat(parameters.isConfigured("list")).isFalse();
    }

    @Test
    void aPointForAnotherPolicyIsNotRead() {
        PolicyContexts context = PolicyContexts.of(MODEL).operatingPoint(OTHER);

        assertThat(PolicyParameters.of(context.build(), "mine").operatingPoint())
                .contains(RICH);
        assertThat(PolicyParameters.of(context.build(), "nobody").operatingPoint())
                .isEmpty();
    }

    @Test
    void theBudgetChoosesTheRichestPointThatItAffords() {
        PolicyContexts context = PolicyContexts.of(MODEL).operatingPoint(RICH);

        assertThat(PolicyParameters.of(context.build(), "mine").operatingPoint())
                .contains(RICH);
        assertThat(PolicyParameters.of(context.budget(Budget.ofFlopsRatio(0.5)).build(), "mine")
                        .operatingPoint())
                .contains(LEAN);
        assertThat(PolicyParameters.of(context.budget(Budget.ofFlopsRatio(0.3)).build(), "mine")
                        .operatingPoint())
                .contains(LEAN);
        assertThat(PolicyParameters.of(context.budget(Budget.ofFlopsRatio(0.1)).build(), "mine")
                        .operatingPoint())
                .isEmpty();
    }

    @Test
    void onRequestOnlyThePointInForceIsRead() {
        PolicyContexts context = PolicyContexts.of(MODEL).operatingPoint(RICH);

        assertThat(PolicyParameters.ofPointInForce(context.build(), "mine").operatingPoint())
                .contains(RICH);
        assertThat(PolicyParameters.ofPointInForce(
                                context.budget(Budget.ofFlopsRatio(0.5)).build(), "mine")
                        .operatingPoint())
                .isEmpty();
    }

    @Test
    void textAsConfigurationWritesItIsRead() throws Exception {
        PolicyParameters parameters = configured(Map.of(
                "number", " 0.25 ", "whole", "3", "list", "1, 2,3", "array", new double[] {4, 5}, "names", "a, b"));

        assertThat(parameters.number("number", 0, 1)).hasValue(0.25);
        assertThat(parameters.integer("whole", 0, 3)).hasValue(3);
        assertThat(parameters.numbers("list", 0, 9)).hasValue(new double[] {1, 2, 3});
        assertThat(parameters.numbers("array", 0, 9)).hasValue(new double[] {4, 5});
        assertThat(parameters.texts("names")).contains(List.of("a", "b"));
        assertThat(parameters.number("absent", 0, 1)).isEmpty();
    }

    @Test
    void badValuesAreNamedWithKeyValueAndRange() {
        PolicyParameters parameters =
                configured(Map.of("high", 1.5, "nan", Double.NaN, "word", "much", "part", 1.5, "list", "1,-2"));

        assertThatThrownBy(() -> parameters.number("high", 0, 1))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("mine", "'high'", "'1.5'", "from 0.0 to 1.0");
        assertThatThrownBy(() -> parameters.number("nan", 0, 1)).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> parameters.number("word", 0, 1)).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> parameters.integer("part", 0, 9))
                .hasMessageContaining("must be a whole number from 0 to 9");
        assertThatThrownBy(() -> parameters.numbers("list", 0, 9)).hasMessageContaining("'1,-2'");
    }

    @Test
    void ofTwoWaysToSayItOneIsTaken() throws Exception {
        assertThat(configured(Map.of("a", 1)).oneOf("a", "b")).contains("a");
        assertThat(configured(Map.of()).oneOf("a", "b")).isEmpty();
        assertThatThrownBy(() -> configured(Map.of("a", 1, "b", 2)).oneOf("a", "b"))
                .hasMessageContainingAll("'b'", "together with 'a'");
        // What is configured hides what the point says in another way.
        PolicyContexts context = PolicyContexts.of(MODEL).operatingPoint(RICH).parameters(Map.of("other", 1));
        assertThat(PolicyParameters.of(context.build(), "mine").oneOf("threshold", "other"))
                .contains("other");
    }

    private static PolicyParameters configured(Map<String, Object> values) {
        return PolicyParameters.of(PolicyContexts.of(MODEL).parameters(values).build(), "mine");
    }

    private static OperatingPoint point(String name, String policy, double ratio, Map<String, Object> parameters) {
        return new OperatingPoint(name, policy, parameters, "decision", 100, ratio, 0.9, 0.9);
    }

    private static AdaptiveModel model() {
        LayerId layer = new LayerId("layer.0");
        return new AdaptiveModelBuilder("tiny", Version.parseVersion("1.0.0"))
                .signature(new ModelSignature(List.of(), List.of(), Optional.empty()))
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 4, "first"))
                .layer(layer, "a", "b", Optional.empty(), List.of(), Cost.ZERO)
                .exit(ExitId.FINAL, Optional.of(layer), "model.onnx", "b", Map.of("y", "y"), Cost.ZERO)
                .operatingPoint(LEAN)
                .operatingPoint(RICH)
                .operatingPoint(OTHER)
                .build();
    }
}
