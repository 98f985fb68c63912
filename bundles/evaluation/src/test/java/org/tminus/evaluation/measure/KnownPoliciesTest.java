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
import org.tminus.evaluation.Sentences;
import org.tminus.evaluation.TinyEncoder;
import org.tminus.evaluation.TinyModelFile;
import org.tminus.evaluation.method.Subject;
import org.tminus.evaluation.method.WithPoints;
import org.tminus.model.OperatingPoint;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.HostTensor;

class KnownPoliciesTest {
    /** All that need no predictor, which the tiny model lacks. */
    private static final Map<String, Map<String, Object>> PARAMETERS = Map.of(
            "fixed", Map.of("menuIndex", 1),
            "random", Map.of("weights", List.of(1.0, 1.0, 1.0, 1.0)),
            "confidence", Map.of("threshold", 0.4),
            "lstm-ppo-open", Map.of("budget", 0.5),
            "lstm-ppo-closed", Map.of("budget", 0.5));

    @Test
    void pointsOfEachPolicyAreServedAsAskedFor(@TempDir Path folder) throws Exception {
        List<OperatingPoint> points = PARAMETERS.entrySet().stream()
                .map(entry -> new OperatingPoint(
                        "of-" + entry.getKey(),
                        entry.getKey(),
                        entry.getValue(),
                        "decision",
                        1,
                        0.5,
                        Double.NaN,
                        Double.NaN))
                .toList();
        Map<String, HostTensor> input = new Sentences(1, TinyEncoder.CLASSES, 1).inputs(new int[] {0});
        try (Subject subject = Subject.open(TinyModelFile.write(folder));
                Platform platform = new Platform(OnnxRuntimes.standalone(), new WithPoints(subject.model(), points))) {
            KnownPolicies.all().forEach(platform::addPolicy);
            for (OperatingPoint point : points) {
                assertThat(platform.server(point.policy(), row -> point.name())
                                .answer(input, 0)
                                .fallback())
                        .as(point.name())
                        .isFalse();
            }
        }
    }

    @Test
    void theNamesAreThoseOfTheDistribution() {
        assertThat(KnownPolicies.all().keySet())
                .containsExactlyInAnyOrder(
                        "fixed", "random", "budget", "confidence", "lstm-ppo-open", "lstm-ppo-closed");
    }
}
