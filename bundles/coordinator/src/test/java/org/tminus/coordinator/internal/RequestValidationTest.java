/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.VersionRange;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.policy.Budget;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Requests that nobody could answer are refused with a reason, and never reach a backend. */
class RequestValidationTest {
    private final FakeBackend backend = new FakeBackend();
    private final Bench bench = Bench.ready(backend);

    @AfterEach
    void close() {
        bench.close();
    }

    private void refused(InferenceRequest.Builder request, String reason) {
        assertThatThrownBy(() -> bench.infer(request))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(reason);
        assertThat(backend.runs).hasValue(0);
    }

    private static InferenceRequest.Builder with(HostTensor x) {
        return InferenceRequest.builder("toy").input("x", x);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void numbersThatAreNone(float value) {
        refused(with(HostTensor.ofFloats(Shape.of(2, 4), 0, 0, 0, 0, 0, 0, 0, value)), "NaN or infinity");
    }

    @Test
    void largestNumbersAreFine() throws Exception {
        float most = Float.MAX_VALUE;
        try (InferenceResult result = bench.infer(with(HostTensor.ofFloats(Shape.of(1, 4), most, -most, 0, 1)))) {
            assertThat(Bench.y(result, 0, 0)).isEqualTo(most);
        }
    }

    @Test
    void emptyBatch() {
        refused(with(HostTensor.ofFloats(Shape.of(0, 4))), "0 rows");
    }

    @Test
    void wrongShapeAndType() {
        refused(with(HostTensor.ofFloats(Shape.of(1, 5), new float[5])), "shape [1, 5]");
        refused(with(HostTensor.ofLongs(Shape.of(1, 4), 1, 2, 3, 4)), "int64");
        refused(with(HostTensor.ofFloats(Shape.of(), 1)), "shape []");
    }

    @Test
    void unknownNames() {
        refused(InferenceRequest.builder("toy"), "'x' is missing");
        refused(Bench.request().input("z", HostTensor.ofFloats(Shape.of(1), 1)), "unknown input");
        refused(Bench.request().outputs("logits"), "no output 'logits'");
        refused(Bench.request().operatingPoint("nowhere"), "no operating point 'nowhere'");
    }

    @Test
    void wrongDestination() {
        refused(Bench.request().outputInto("y", HostTensor.ofFloats(Shape.of(2, 3), new float[6])), "destination");
    }

    @Test
    void closedInput() {
        HostTensor x = HostTensor.ofFloats(Shape.of(1, 4), 1, 2, 3, 4);
        x.close();
        refused(with(x), "is closed");
    }

    @Test
    void unknownModelNamesWhatIsInstalled() {
        assertThatThrownBy(() -> bench.coordinator
                        .service()
                        .infer(InferenceRequest.builder("other").build()))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("'other'")
                .hasMessageContaining("toy 1.0.0");
        assertThatThrownBy(() -> bench.infer(Bench.request().versions(VersionRange.valueOf("[2,3)"))))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("[2.0.0,3.0.0)");
    }

    @Test
    void sequences() {
        bench.model(TestModels.tokens());
        for (int length : new int[] {0, 9}) {
            HostTensor ids = HostTensor.ofLongs(Shape.of(1, length), new long[length]);
            assertThatThrownBy(() -> bench.infer(
                            InferenceRequest.builder("tokens").input("ids", ids).input("mask", ids)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("has " + length + " elements");
        }
        assertThatThrownBy(() -> bench.infer(InferenceRequest.builder("tokens")
                        .input("ids", HostTensor.ofLongs(Shape.of(2, 3), new long[6]))
                        .input("mask", HostTensor.ofLongs(Shape.of(2, 4), new long[8]))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("rows have 4 elements");
        assertThatThrownBy(() -> bench.infer(InferenceRequest.builder("tokens")
                        .input("ids", HostTensor.ofLongs(Shape.of(2, 3), new long[6]))
                        .input("mask", HostTensor.ofLongs(Shape.of(1, 3), new long[3]))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("1 rows");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE / 1_000_000_000})
    void deadlinesThatHavePassed(long seconds) {
        assertThatThrownBy(() -> bench.infer(Bench.request().deadline(Duration.ofSeconds(seconds))))
                .isInstanceOf(DeadlineExceededException.class);
        assertThat(backend.runs).hasValue(0);
    }

    @Test
    void endlessDeadline() throws Exception {
        bench.infer(Bench.request().deadline(Duration.ofSeconds(Long.MAX_VALUE)))
                .close();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.5, Double.NaN, 1.01, Double.POSITIVE_INFINITY})
    void budgetsThatAreNone(double ratio) {
        assertThatThrownBy(() -> Budget.ofFlopsRatio(ratio)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void submittedRequestsFailThroughTheirFuture() {
        var future = bench.coordinator
                .service()
                .submit(Bench.request().outputs("logits").build());
        assertThatThrownBy(future::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(InvalidRequestException.class);
    }
}
