/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Trace;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class AnswerCheckerTest {
    private static final Path KNOWN = new Path(List.of(new LayerId("layer.0")), ExitId.FINAL);
    private static final Path MADE_UP = new Path(List.of(), ExitId.FINAL);
    private static final String GOOD = "1.0.0";
    private static final int[] INPUT_3 = {3};

    /** Input i answers i and i + 1 on every path; with changed weights ten more. */
    private static final class Book implements ReferenceAnswers {
        @Override
        public float @Nullable [] known(Weights weights, int input, Path path) {
            return path.equals(KNOWN) ? computed(weights, input, path) : null;
        }

        @Override
        public float[] computed(Weights weights, int input, Path path) {
            float more = weights == Weights.CHANGED ? 10 : 0;
            return new float[] {input + more, input + 1 + more};
        }
    }

    private final AnswerChecker checker = new AnswerChecker(new Book(), "logits");

    @Test
    void anAnswerWithinToleranceIsRight() {
        assertThat(checker.check(result(GOOD, KNOWN, 3.00005f, 4), INPUT_3)).isNull();
        assertThat(checker.rows()).isEqualTo(1);
    }

    @Test
    void aNumberThatIsALittleOffIsWrong() {
        assertThat(checker.check(result(GOOD, KNOWN, 3.001f, 4), INPUT_3)).contains("3.001", "input 3");
    }

    @Test
    void nanIsWrong() {
        assertThat(checker.check(result(GOOD, KNOWN, Float.NaN, 4), INPUT_3)).isNotNull();
    }

    @Test
    void theRowsOfABatchAreToldApart() {
        assertThat(checker.check(result(GOOD, KNOWN, 3, 4, 5, 6), new int[] {3, 5}))
                .isNull();
        assertThat(checker.check(result(GOOD, KNOWN, 5, 6, 3, 4), new int[] {3, 5}))
                .isNotNull();
        assertThat(checker.check(result(GOOD, KNOWN, 3, 4), new int[] {3, 5})).isNotNull();
    }

    @Test
    void theVersionSaysWhichWeightsAnswer() {
        assertThat(checker.check(result("1.0.7.changed", KNOWN, 13, 14), INPUT_3))
                .isNull();
        assertThat(checker.check(result("1.0.7.changed", KNOWN, 3, 4), INPUT_3)).isNotNull();
    }

    @Test
    void noAnswerOfABadVersionIsRight() {
        assertThat(checker.check(result("1.0.8.bad", KNOWN, 3, 4), INPUT_3)).contains("1.0.8.bad");
    }

    @Test
    void pathsInNoMenuAreComparedLater() throws Exception {
        assertThat(checker.check(result(GOOD, MADE_UP, 3, 4), INPUT_3)).isNull();
        assertThat(checker.check(result(GOOD, MADE_UP, 7, 4), INPUT_3)).isNull();

        assertThat(checker.settle()).singleElement().asString().contains("7.0");
        assertThat(checker.settle()).isEmpty();
    }

    @Test
    void aMissingOutputIsWrong() {
        assertThat(new AnswerChecker(new Book(), "others").check(result(GOOD, KNOWN, 3, 4), INPUT_3))
                .contains("others");
    }

    @Test
    void weightsFollowFromTheQualifier() {
        assertThat(Stream.of("1.0.0", "1.0.0.changed", "1.0.0.bad", "1.0.0.of-a-user")
                        .map(Version::parseVersion)
                        .map(Weights::of))
                .containsExactly(Weights.ORIGINAL, Weights.CHANGED, Weights.BAD, Weights.ORIGINAL);
    }

    private static InferenceResult result(String version, Path path, float... values) {
        int rows = values.length / 2;
        Map<String, Tensor> outputs = Map.of("logits", HostTensor.ofFloats(Shape.of(rows, 2), values));
        Trace trace = proxy(Trace.class, Map.of("modelVersion", Version.parseVersion(version), "path", path));
        return proxy(
                InferenceResult.class,
                Map.of("outputs", outputs, "traces", java.util.Collections.nCopies(rows, trace)));
    }

    /** Answers these methods, and no other. */
    private static <T> T proxy(Class<T> type, Map<String, Object> answers) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, unused) -> {
                    Object answer = answers.get(method.getName());
                    if (answer == null) {
                        throw new IllegalStateException("Nobody expected " + method);
                    }
                    return answer;
                }));
    }
}
